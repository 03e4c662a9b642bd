import { END } from "./constants.ts";

const encoder = /* @__PURE__ */ new TextEncoder();
let memory = /* @__PURE__ */ new Uint8Array();
let octets: DataView;

/**
 * The text in UTF-8, signed, to be read before this is called again: it lies in memory that all texts share, so that
 * nothing is allocated once that is large enough for the longest text so far, at three octets a character.
 *
 * Octets can be read four at a time, and singly at a third of the cost of `charCodeAt`, which asks of every character
 * anew how its string is stored.
 */
export function octetsOf(text: string): DataView {
  const room = 3 * text.length + 4;
  if (memory.length < room) {
    memory = new Uint8Array(room);
    octets = new DataView(memory.buffer);
  }
  memory[encoder.encodeInto(text, memory).written] = END;
  return octets;
}
