/**
 * RFC 9110 §5.6.1 and §8.8.3 again, read one character at a time. It is simple and slow on purpose; the fast list
 * search of core must agree with it on every string.
 */
export interface SlowTag {
  weak: boolean;
  /** The text between the quotes. */
  opaque: string;
}

/** `etagc = %x21 / %x23-7E / %x80-FF` */
function isTagCharacter(character: string): boolean {
  const code = character.charCodeAt(0);
  return code === 0x21 || (code >= 0x23 && code <= 0x7e) || (code >= 0x80 && code <= 0xff);
}

/** Reads one element, without the white space around it. `undefined`: it is not a tag. */
export function slowTag(element: string): SlowTag | undefined {
  const characters = element.split("");
  let weak = false;
  if (characters[0] === "W" && characters[1] === "/") {
    weak = true;
    characters.splice(0, 2);
  }
  if (characters.length < 2) return undefined;
  if (characters.shift() !== '"') return undefined;
  if (characters.pop() !== '"') return undefined;
  if (!characters.every(isTagCharacter)) return undefined;
  return { weak, opaque: characters.join("") };
}

/** Removes spaces and tabs at both ends, and nothing else: `trim` would also remove a no-break space. */
export function slowTrim(text: string): string {
  const characters = text.split("");
  while (characters[0] === " " || characters[0] === "\t") characters.shift();
  while (characters.at(-1) === " " || characters.at(-1) === "\t") characters.pop();
  return characters.join("");
}

/** Splits at every comma outside quotes. A quote opens and closes; there are no escapes. */
function elements(field: string): string[] {
  const found = [""];
  let quoted = false;
  for (const character of field.split("")) {
    if (character === '"') quoted = !quoted;
    if (character === "," && !quoted) found.push("");
    else found[found.length - 1] += character;
  }
  return found.map(slowTrim);
}

/** Reads a whole field. `undefined`: it cannot be read. */
export function slowList(field: string): "*" | SlowTag[] | undefined {
  if (slowTrim(field) === "*") return "*";
  const tags = elements(field)
    .filter((element) => element !== "")
    .map(slowTag);
  return tags.every((tag) => tag !== undefined) ? tags : undefined;
}

/** Does the field name this tag? */
export function slowIncludes(field: string, tag: string, comparison: "strong" | "weak"): boolean {
  return slowHas(slowList(field), tag, comparison);
}

/** Is the tag among those read? This follows the words of §8.8.3.2. */
export function slowHas(
  list: ReturnType<typeof slowList>,
  tag: string,
  comparison: "strong" | "weak",
): boolean {
  const wanted = slowTag(tag);
  if (list === undefined || list === "*" || wanted === undefined) return false;
  return list.some((member) => {
    if (member.opaque !== wanted.opaque) return false;
    return comparison === "weak" || (!member.weak && !wanted.weak);
  });
}

export const written = (tag: SlowTag): string => `${tag.weak ? "W/" : ""}"${tag.opaque}"`;
