/** Deeper than any document is, and far from where a recursive writer runs out of stack. */
const MAX_DEPTH = 200;

const OPENING = new Set(["[", "{"]);
const CLOSING = new Set(["]", "}"]);

/** What a body says, or why it cannot be read. */
export type Parsed<T> = { value: T } | { problem: string };

/** The text that the bytes spell in UTF-8. */
export function parseText(bytes: Uint8Array): Parsed<string> {
  try {
    return { value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    return { problem: "The body is not valid UTF-8." };
  }
}

/** The value that the bytes spell in JSON. Never throws; refuses what is nested so deeply that writing it could. */
export function parseJson(bytes: Uint8Array): Parsed<unknown> {
  const text = parseText(bytes);
  if ("problem" in text) return text;
  if (isTooDeep(text.value)) return { problem: `The JSON is nested deeper than ${MAX_DEPTH} levels.` };
  try {
    return { value: JSON.parse(text.value) };
  } catch (error) {
    return { problem: `The body is not JSON: ${(error as SyntaxError).message}.` };
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') i = endOfString(text, i);
    else if (OPENING.has(character) && ++depth > MAX_DEPTH) return true;
    else if (CLOSING.has(character)) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i;
}
