import type { IncomingMessage } from "node:http";

/** The part of a request that conditions are about; every line of it, where `headers` keeps the first of some. */
export function toRequest({ method = "GET", url = "/", headersDistinct }: IncomingMessage): Request {
  const lines = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return new Request(new URL(url, "http://localhost"), { method, headers: lines });
}
