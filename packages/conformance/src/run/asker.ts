import type { Line, RowRequest } from "../row.ts";
import type { FetchLike } from "../target.ts";
import type { Ask } from "../wire/connection.ts";
import { WireError } from "../wire/wire-error.ts";

/** The answer, independent of the transport. */
export interface Reply {
  status: number;
  /** The fields, with names in lower case. */
  headers: readonly Line[];
  /** Latin-1. */
  body: string;
  sent?: string;
  received?: string;
}

/** A connection that carries one request at a time. */
export interface Speaker {
  /** Sends one request, and resolves with its whole answer. */
  ask(ask: Ask): Promise<Reply>;
  /** Closes the connection. */
  close(): void;
}

/** Sends a row's request. */
export interface Asker {
  /** `before`: the fault that the connection had after the previous answer. */
  ask(request: RowRequest, path: string): Promise<{ reply: Reply; before?: string }>;
  close(): void;
}

/** Asks over a socket, on one connection as long as it is usable. */
export function wireAsker(open: () => Promise<Speaker>): Asker {
  let connection: Speaker | undefined;
  const fresh = async () => {
    connection?.close();
    connection = undefined;
    connection = await open();
    return connection;
  };
  return {
    async ask({ method, headers, body }, path) {
      const said = { method, path, headers, ...(body !== undefined && { body }) };
      const used = connection;
      try {
        return { reply: keep(await (used ?? (await fresh())).ask(said)) };
      } catch (error) {
        if (used === undefined || !isOver(error)) throw ended(error);
        const reply = keep(await (await fresh()).ask(said).catch((again) => Promise.reject(ended(again))));
        return { reply, before: error.message };
      }
    },
    close: () => connection?.close(),
  };

  function keep(reply: Reply): Reply {
    const ends = /\bclose\b/i.test(fieldOf(reply, "connection") ?? "") || reply.status === 101;
    const isTunnel = reply.sent?.startsWith("CONNECT ") && reply.status < 300;
    if (ends || isTunnel) ended();
    return reply;
  }

  function ended(error?: unknown): unknown {
    connection?.close();
    connection = undefined;
    return error;
  }
}

const over = new Set(["closed", "reset", "stray", "not HTTP"]);
const isOver = (error: unknown): error is WireError => error instanceof WireError && over.has(error.reason);

/** Asks a function of this process. The request tells caches to revalidate. */
export function fetchAsker(target: FetchLike, base: URL, timeout: number): Asker {
  return {
    async ask({ method, headers, body }, path) {
      const fields = new Headers([["Cache-Control", "max-age=0"]]);
      for (const [name, value] of headers) fields.append(name, value);
      const request = new Request(new URL(path, base), {
        method,
        headers: fields,
        redirect: "manual",
        ...(body !== undefined && { body: octetsOf(body) }),
      });
      const reply = await within(timeout, async () => toReply(await target(request), method));
      return { reply };
    },
    close: () => {},
  };
}

async function toReply(response: Response, method: string): Promise<Reply> {
  const { status } = response;
  const headers = [...response.headers] as Line[];
  // A server would not send the content of these.
  const hasBody = method !== "HEAD" && status !== 304 && status !== 204;
  const body = hasBody ? textOf(new Uint8Array(await response.arrayBuffer())) : "";
  return { status, headers, body };
}

async function within<T>(timeout: number, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WireError("timeout", `no answer within ${timeout} ms`)), timeout);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}

function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function textOf(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 8192)
    text += String.fromCharCode(...octets.subarray(at, at + 8192));
  return text;
}

/** The value of a field. Several lines are one list (RFC 9110 §5.3). */
export function fieldOf({ headers }: Pick<Reply, "headers">, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = headers.filter(([candidate]) => candidate === wanted).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}
