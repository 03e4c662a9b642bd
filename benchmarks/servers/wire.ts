import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { Duplex } from "node:stream";

/**
 * A connection without a network: node:http reads the request from it and writes the answer to it, as from a socket.
 */
class Wire extends Duplex {
  #answer = "";
  #settle: ((answer: string) => void) | undefined;

  ask(request: Buffer): Promise<string> {
    return new Promise((settle) => {
      // Before the push, because the answer may come within it.
      this.#settle = settle;
      this.push(request);
    });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#answer += chunk.toString("latin1");
    if (isWhole(this.#answer)) {
      const answer = this.#answer;
      this.#answer = "";
      this.#settle?.(answer);
    }
    done();
  }
}

export type Ask = (request: Buffer) => Promise<string>;

/** Asks a listener of node:http, one request after the other, over one connection. */
export function wireTo(listener: RequestListener): Ask {
  const wire = new Wire();
  createServer({ keepAliveTimeout: 0 }, listener).emit("connection", wire);
  return (request) => wire.ask(request);
}

/** A request that node:http has parsed, and its open response. */
export function exchange(head: string): Promise<{ req: IncomingMessage; res: ServerResponse }> {
  return new Promise((settle) => {
    const ask = wireTo((req, res) => settle({ req, res }));
    void ask(Buffer.from(`${head}\r\n\r\n`, "latin1"));
  });
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf("\r\n\r\n");
  if (head < 0) return false;
  if (answer.startsWith("HTTP/1.1 304")) return true;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head));
  return length ? answer.length >= head + 4 + Number(length[1]) : answer.endsWith("0\r\n\r\n");
}
