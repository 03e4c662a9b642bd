import { END } from "./constants.ts";

const encoder = /* @__PURE__ */ new TextEncoder();
let memory = /* @__PURE__ */ new Uint8Array();
let octets: DataView;

/**
 * The text in UTF-8, as signed bytes. Read it before the next call, because all texts share one memory. That memory
 * grows to the longest text so far, at three bytes a character, so most calls allocate nothing.
 *
 * Bytes can be read four at a time. Even one at a time, reading costs a third of `charCodeAt`, which checks for
 * each character how its string is stored.
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
