const TAB = 0x09;
const SPACE = 0x20;
const EXCLAMATION_MARK = 0x21;
const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const CAPITAL_W = 0x57;
const TILDE = 0x7e;
const DELETE = 0x7f;
/** U+00FF is C3 BF in UTF-8: no character up to it has a higher octet, and every one beyond it has. */
const HIGHEST_OCTET = 0xc3;

/**
 * A field is read as octets, and four at a time, for speed: `charCodeAt` asks of every character anew how its string
 * is stored. They stand in memory that is used again, so that nothing is allocated once it is large enough.
 */
const encoder = /* @__PURE__ */ new TextEncoder();
let memory = /* @__PURE__ */ new Uint8Array(1024);
let view = /* @__PURE__ */ new DataView(memory.buffer);

/**
 * Whether the field is a list of entity tags from its first character to its last, be it an empty one.
 *
 * @see RFC 9110 §5.6.1
 */
export function isList(field: string): boolean {
  const room = 2 * field.length + 4;
  if (memory.length < room) {
    memory = new Uint8Array(2 * room);
    view = new DataView(memory.buffer);
  }
  const { read, written } = encoder.encodeInto(field, memory);
  // No list goes on past a NUL, so nothing below need know where the field ends.
  memory[written] = 0;
  return read === field.length && endOfList(view) === written;
}

/** Where the list ends, or the first octet that cannot be part of it stands. */
function endOfList(octets: DataView): number {
  for (let i = 0; ; i++) {
    i = skipWhitespace(octets, i);
    if (isWeakTag(octets, i)) i += 2;
    if (octets.getUint8(i) === QUOTE) {
      i = skipTagCharacters(octets, i + 1);
      if (octets.getUint8(i) !== QUOTE) return -1;
      i = skipWhitespace(octets, i + 1);
    }
    if (octets.getUint8(i) !== COMMA) return i;
  }
}

function isWeakTag(octets: DataView, i: number): boolean {
  return (
    octets.getUint8(i) === CAPITAL_W && octets.getUint8(i + 1) === SLASH && octets.getUint8(i + 2) === QUOTE
  );
}

function skipWhitespace(octets: DataView, from: number): number {
  let i = from;
  while (octets.getUint8(i) === SPACE || octets.getUint8(i) === TAB) i++;
  return i;
}

function skipTagCharacters(octets: DataView, from: number): number {
  let i = from;
  while (areCommonplace(octets.getInt32(i))) i += 4;
  while (isOfTagCharacter(octets.getUint8(i))) i++;
  return i;
}

/** Whether four octets are all `#` to `~`: a smaller one borrows from its highest bit, a larger one has it or gets it. */
function areCommonplace(four: number): boolean {
  return (((four - 0x23232323) | (four + 0x01010101)) & 0x80808080) === 0;
}

/** `etagc`, in UTF-8: %x21 / %x23-7E / %x80-FF */
function isOfTagCharacter(octet: number): boolean {
  return (
    octet === EXCLAMATION_MARK ||
    (octet > QUOTE && octet <= TILDE) ||
    (octet > DELETE && octet <= HIGHEST_OCTET)
  );
}
