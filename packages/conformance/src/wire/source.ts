import type { Socket } from "node:net";
import { WireError } from "./wire-error.ts";

const maxHead = 65_536;

/** The octets of a socket as Latin-1, to be asked for by length or by their end. */
export class Source {
  #text = "";
  #ended = false;
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
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** What is read from now on must be there in time. */
  startTimer(): void {
    this.#deadline = Date.now() + this.#timeout;
  }

  expectNothing(): void {
    if (this.#text !== "")
      throw new WireError("stray", `octets nobody asked for: ${JSON.stringify(this.#text.slice(0, 80))}`);
    if (this.#ended) throw closed();
  }

  async until(end: string): Promise<string> {
    let from = 0;
    for (;;) {
      const at = this.#text.indexOf(end, from);
      if (at >= 0) return this.#cut(at, end.length);
      if (this.#text.length > maxHead) this.#fail("not HTTP", `no end of the head within ${maxHead} octets`);
      from = Math.max(0, this.#text.length - end.length);
      await this.#more();
    }
  }

  async take(length: number): Promise<string> {
    while (this.#text.length < length) await this.#more();
    return this.#cut(length, 0);
  }

  /** All that comes until the server closes the connection. */
  async rest(most: number): Promise<string> {
    while (!this.#ended) {
      if (this.#text.length > most) this.#fail("too long", `the body is longer than ${most} octets`);
      await this.#wait();
    }
    return this.#cut(this.#text.length, 0);
  }

  #cut(length: number, skip: number): string {
    const cut = this.#text.slice(0, length);
    this.#text = this.#text.slice(length + skip);
    return cut;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw closed();
    await this.#wait();
  }

  async #wait(): Promise<void> {
    const left = this.#deadline - Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLate = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(false);
      timer = Number.isFinite(left) ? setTimeout(() => resolve(true), Math.max(0, left)) : undefined;
    });
    clearTimeout(timer);
    if (isLate) this.#fail("timeout", `no whole answer within ${this.#timeout} ms`);
  }

  #fail(reason: WireError["reason"], message: string): never {
    this.#socket.destroy();
    throw new WireError(reason, message);
  }
}

const closed = () => new WireError("closed", "the server closed the connection");
