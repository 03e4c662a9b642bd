import type { Socket } from "node:net";
import { WireError } from "./wire-error.ts";

const maxHead = 65_536;

/** Reads the octets of a socket as Latin-1 text, by length or up to an end mark. */
export class Source {
  #text = "";
  #ended = false;
  #wasReset = false;
  #deadline = Number.POSITIVE_INFINITY;
  #wake = () => {};
  readonly #timeout: number;
  readonly #socket: Socket;

  constructor(socket: Socket, timeout: number) {
    this.#socket = socket;
    this.#timeout = timeout;
    socket.on("data", (octets) => {
      this.#text += octets.toString("latin1");
      this.#wake();
    });
    socket.on("error", () => {
      this.#wasReset = true;
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", end);
    socket.on("close", end);
  }

  /** Starts the time limit for the next octets. */
  startTimer(): void {
    this.#deadline = Date.now() + this.#timeout;
  }

  expectNothing(): void {
    if (this.#text !== "")
      throw new WireError(
        "stray",
        `octets that were not requested: ${JSON.stringify(this.#text.slice(0, 80))}`,
      );
    if (this.#ended) throw this.#closed("");
  }

  /** Waits this many milliseconds, and returns the octets that arrived without a request. */
  async stray(ms: number): Promise<string> {
    const deadline = Date.now() + ms;
    while (this.#text === "" && !this.#ended && Date.now() < deadline) await this.#wait(deadline);
    return this.#text;
  }

  async until(end: string): Promise<string> {
    let from = 0;
    for (;;) {
      const at = this.#text.indexOf(end, from);
      if (at >= 0) return this.#cut(at, end.length);
      this.#refuseOtherProtocols();
      if (this.#text.length > maxHead) this.#fail("not HTTP", `no end of the head within ${maxHead} octets`);
      from = Math.max(0, this.#text.length - end.length);
      await this.#more(this.#text === "" ? "" : "in the middle of its head");
    }
  }

  async take(length: number): Promise<string> {
    while (this.#text.length < length) {
      await this.#more(`after ${this.#text.length} of the ${length} octets that it had announced`);
    }
    return this.#cut(length, 0);
  }

  /** All octets until the server closes the connection. */
  async rest(most: number): Promise<string> {
    for (;;) {
      if (this.#text.length > most) this.#fail("too long", `its body is longer than ${most} octets`);
      if (this.#ended) break;
      await this.#waitInTime("its body has no end");
    }
    if (this.#wasReset) throw this.#closed("in the middle of its body");
    return this.#cut(this.#text.length, 0);
  }

  #cut(length: number, skip: number): string {
    const cut = this.#text.slice(0, length);
    this.#text = this.#text.slice(length + skip);
    return cut;
  }

  async #more(where: string): Promise<void> {
    if (this.#ended) throw this.#closed(where);
    await this.#waitInTime(where === "" ? "it is silent" : `it stopped ${where}`);
  }

  async #waitInTime(stopped: string): Promise<void> {
    if (await this.#wait(this.#deadline)) return;
    this.#fail("timeout", `no whole answer within ${seconds(this.#timeout)}: ${stopped}`);
  }

  /** Whether something happened before the deadline. */
  async #wait(deadline: number): Promise<boolean> {
    const left = deadline - Date.now();
    if (left <= 0) return false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const happened = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
      if (Number.isFinite(left)) timer = setTimeout(() => resolve(false), left);
    });
    clearTimeout(timer);
    return happened;
  }

  /**
   * Reports octets that are not a status line before the time limit, such as an alert of TLS or the greeting of SSH or
   * SMTP.
   */
  #refuseOtherProtocols(): void {
    if (/^HTTP\/[^\r\n]*\n/.test(this.#text))
      this.#fail("not HTTP", "its lines end with LF alone; HTTP/1.1 ends them with CR LF (RFC 9112 §2.2)");
    // A server of HTTP/2 first sends a SETTINGS frame (RFC 9113 §3.4).
    if (/^\0\0[\s\S]\x04[\0\x01]\0{4}/.test(this.#text))
      this.#fail("not HTTP", "it speaks HTTP/2 there, and this command HTTP/1.1");
    if (/^[\x15\x16]\x03/.test(this.#text)) this.#fail("not HTTP", "it speaks TLS there (is it https://?)");
    if (this.#text.length >= 5 && !this.#text.startsWith("HTTP/") && this.#text.includes("\n"))
      this.#fail("not HTTP", `its answer is not HTTP: ${JSON.stringify(this.#text.slice(0, 80))}`);
  }

  #closed(where: string): WireError {
    const place = where === "" ? "without an answer" : where;
    if (this.#wasReset) return new WireError("reset", `the server reset the connection ${place}`);
    return new WireError("closed", `the server closed the connection ${place}`);
  }

  #fail(reason: WireError["reason"], message: string): never {
    this.#socket.destroy();
    throw new WireError(reason, message);
  }
}

const seconds = (ms: number) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);
