import { END } from "./constants.ts";

const encoder = /* @__PURE__ */ new TextEncoder();
let memory = /* @__PURE__ */ new Uint8Array();
let octets: DataView;

/**
 * The text in UTF-8, signed. Read it before the next call: all texts share one memory, so that nothing is allocated once
 * it is large enough for the longest text so far, at three bytes a character.
 *
 * Bytes can be read four at a time. One at a time costs a third of `charCodeAt`, which finds out for each character how
 * its string is stored.
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
