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
  let key = "";
  for (let i = 1; i < text.length; i++) {
    const character = text[i]!;
    if (character < " " || character > "~") return null;
    if (character === '"') return areParameters(text.slice(i + 1)) ? key : null;
    const isEscape = character === "\\";
    if (isEscape && text[i + 1] !== '"' && text[i + 1] !== "\\") return null;
    key += isEscape ? text[++i] : character;
  }
  return null;
}

/** Parameters may follow the string. They have no meaning, so they are ignored. */
function areParameters(rest: string): boolean {
  return rest === "" || (rest.trimStart().startsWith(";") && !rest.includes(",") && !rest.includes('"'));
}
