/** Longer keys are refused: a key is a random name, not a document. */
const MAX_LENGTH = 255;

/**
 * The key in an `Idempotency-Key` field; `null` if it is not valid. The quotes are part of the syntax, so `"a"` and
 * the bare `a`, which many clients send, are the same key.
 *
 * @see RFC 9651 §3.3.3
 */
export function parseIdempotencyKey(field: string): string | null {
  const text = field.trim();
  const key = text.startsWith('"') ? parseString(text) : parseBare(text);
  return key !== null && key.length > 0 && key.length <= MAX_LENGTH ? key : null;
}

/** Printable ASCII without a space, and without the characters that separate the parts of a structured field. */
function parseBare(text: string): string | null {
  for (const character of text) {
    if (character <= " " || character > "~" || '",;\\'.includes(character)) return null;
  }
  return text;
}

function parseString(text: string): string | null {
  const string = stringAt(text, 0);
  return string !== null && areParameters(text.slice(string.end)) ? string.value : null;
}

/** The string that begins here, and the index after it; `null` if it is not a string. */
function stringAt(text: string, start: number): { value: string; end: number } | null {
  let value = "";
  for (let i = start + 1; i < text.length; i++) {
    const character = text[i]!;
    if (character < " " || character > "~") return null;
    if (character === '"') return { value, end: i + 1 };
    const isEscape = character === "\\";
    if (isEscape && text[i + 1] !== '"' && text[i + 1] !== "\\") return null;
    value += isEscape ? text[++i] : character;
  }
  return null;
}

const PARAMETER_NAME = /^[a-z*][a-z0-9_\-.*]*$/;
const SEPARATORS = ' ",;\\';

/** Parameters may follow the string. They have no meaning here, so they are only checked. @see RFC 9651 §3.1.2 */
function areParameters(text: string): boolean {
  let i = 0;
  while (i < text.length) {
    if (text[i++] !== ";") return false;
    while (text[i] === " ") i++;
    const name = i;
    while (i < text.length && text[i] !== "=" && text[i] !== ";") i++;
    if (!PARAMETER_NAME.test(text.slice(name, i))) return false;
    if (text[i] !== "=") continue;
    const end = text[++i] === '"' ? (stringAt(text, i)?.end ?? i) : endOfWord(text, i);
    if (end === i) return false;
    i = end;
  }
  return true;
}

/** The end of a number, a token, bytes or another item that is not a string. */
function endOfWord(text: string, start: number): number {
  let i = start;
  while (i < text.length && text[i]! > " " && text[i]! <= "~" && !SEPARATORS.includes(text[i]!)) i++;
  return i;
}
