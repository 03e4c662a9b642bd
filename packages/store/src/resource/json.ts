import { lossIn } from "../contract/json-loss.ts";

/** Deeper than real documents, and far below the depth where a recursive writer overflows the stack. */
const MAX_DEPTH = 200;

/** Shared by all bodies, because making a decoder costs more than decoding a short text. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The parsed body, or why it cannot be used. `isInvalid`: it was parsed, but a store could not hold it. */
export type Parsed<T> = { value: T } | { problem: string; isInvalid?: true };

/** Decodes the bytes as UTF-8. */
export function parseText(bytes: Uint8Array): Parsed<string> {
  try {
    return { value: decoder.decode(bytes) };
  } catch {
    return { problem: "The body is not valid UTF-8." };
  }
}

/**
 * Parses the bytes as JSON. Never throws. It refuses a value that is nested so deeply that writing it could
 * overflow the stack.
 */
export function parseJson(bytes: Uint8Array): Parsed<unknown> {
  const text = parseText(bytes);
  if ("problem" in text) return text;
  if (text.value.trim() === "") return { problem: "The body is empty: send JSON." };
  if (isTooDeep(text.value)) return { problem: `The JSON is nested deeper than ${MAX_DEPTH} levels.` };
  try {
    const value = JSON.parse(text.value);
    // 1e999 was parsed as Infinity.
    const loss = lossIn(value);
    if (!loss) return { value };
    return {
      problem: `The number at ${loss.pointer || "the top"} is too large to be stored.`,
      isInvalid: true,
    };
  } catch (error) {
    return { problem: `The body is not JSON: ${(error as SyntaxError).message}.` };
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') i = endOfString(text, i);
    else if ((character === "[" || character === "{") && ++depth > MAX_DEPTH) return true;
    else if (character === "]" || character === "}") depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? text.length : quote;
}

/** True after an odd number of backslashes. */
function isEscaped(text: string, index: number): boolean {
  let first = index;
  while (text[first - 1] === "\\") first--;
  return (index - first) % 2 === 1;
}
