import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The text that every way below writes. With the é, it has more bytes than characters. */
export const TEXT = "the same café, however it is written\n";
export const TAG = '"v1"';
const FIELDS = {
  ETag: TAG,
  "Content-Type": "text/plain; charset=utf-8",
  "Cache-Control": "max-age=60",
  Vary: "Accept",
};
const LENGTH = Buffer.byteLength(TEXT);

/** How handlers write an answer. Each gives a 200 with TEXT and the tag, unless it says otherwise. */
export const ways: Record<string, (res: ServerResponse, req: IncomingMessage) => unknown> = {
  "end with a string": (res) => withFields(res).end(TEXT),
  "end with a buffer": (res) => withFields(res).end(Buffer.from(TEXT)),
  "end with a string in an encoding": (res) => withFields(res).end(Buffer.from(TEXT).toString("hex"), "hex"),
  "end with a string and a callback": (res) => withFields(res).end(TEXT, called(res)),
  "end with an encoding and a callback": (res) => withFields(res).end(TEXT, "utf8", called(res)),
  "write once, then end with a callback": (res) => {
    withFields(res).write(TEXT, called(res));
    res.end(called(res));
  },
  "many writes in one turn": (res) => {
    withFields(res);
    for (const character of TEXT) res.write(character);
    res.end();
  },
  "many writes, many turns": async (res) => {
    withFields(res);
    for (const word of TEXT.split(/(?<= )/)) {
      await new Promise<void>((resolve, reject) => {
        res.write(word, "utf8", (error) => (error ? reject(error) : resolve()));
      });
    }
    res.end();
  },
  "writeHead with an object": (res) => res.writeHead(200, { ...FIELDS, "Content-Length": LENGTH }).end(TEXT),
  "writeHead with a phrase and an object": (res) => res.writeHead(200, "Fine", FIELDS).end(TEXT),
  "writeHead with a flat list": (res) => res.writeHead(200, Object.entries(FIELDS).flat()).end(TEXT),
  "writeHead with a phrase and a flat list": (res) =>
    res.writeHead(200, "Fine", Object.entries(FIELDS).flat()).end(TEXT),
  "writeHead with a list of pairs": (res) =>
    res.writeHead(200, Object.entries(FIELDS) as unknown as string[]).end(TEXT),
  "writeHead with lists of values": (res) => {
    res.writeHead(200, { ...FIELDS, "Set-Cookie": ["a=1", "b=2"], Link: ["</a>", "</b>"] }).end(TEXT);
  },
  "writeHead with repeated names": (res) =>
    res
      .writeHead(200, [...Object.entries(FIELDS).flat(), "Set-Cookie", "a=1", "Set-Cookie", "b=2"])
      .end(TEXT),
  "writeHead over what setHeader set": (res) => {
    res.setHeader("ETag", '"another"');
    res.setHeader("X-Kept", "yes");
    res.writeHead(200, FIELDS).end(TEXT);
  },
  "writeHead without headers": (res) => withFields(res).writeHead(200).end(TEXT),
  "writeHead now, the body in a later turn": async (res) => {
    res.writeHead(200, FIELDS);
    await new Promise(setImmediate);
    res.end(TEXT);
  },
  "writeHead, then many writes": (res) => {
    res.writeHead(200, FIELDS);
    for (const character of TEXT) res.write(character);
    res.end();
  },
  "setHeaders with a Map": (res) => {
    res.setHeaders(new Map(Object.entries(FIELDS)));
    res.end(TEXT);
  },
  statusMessage: (res) => {
    res.statusMessage = "Fine";
    withFields(res).end(TEXT);
  },
  "flushHeaders, then end": async (res) => {
    withFields(res).flushHeaders();
    await new Promise(setImmediate);
    res.end(TEXT);
  },
  "writeHead, flushHeaders, then end": (res) => {
    res.writeHead(200, FIELDS).flushHeaders();
    res.end(TEXT);
  },
  trailers: (res, req) => {
    // Node refuses to announce trailers where there is no body.
    if (req.method !== "HEAD") res.setHeader("Trailer", "X-After");
    withFields(res).write(TEXT);
    res.addTrailers({ "X-After": "all" });
    res.end();
  },
  "cork and uncork": (res) => {
    withFields(res).cork();
    for (const character of TEXT) res.write(character);
    res.uncork();
    res.end();
  },
  pipe: (res) => Readable.from(TEXT.split(/(?<= )/)).pipe(withFields(res)),
  pipeline: (res) => pipeline(Readable.from([TEXT.slice(0, 9), TEXT.slice(9)]), withFields(res)),
  "pipeline from a generator": (res) =>
    pipeline(async function* () {
      for (const word of TEXT.split(/(?<= )/)) yield word;
    }, withFields(res)),
  "an early hint first": (res) => {
    res.writeEarlyHints({ link: "</style.css>; rel=preload" });
    withFields(res).end(TEXT);
  },
  "102 first": (res) => {
    res.writeProcessing();
    withFields(res).end(TEXT);
  },
  "Transfer-Encoding of its own": (res) => {
    withFields(res).setHeader("Transfer-Encoding", "chunked");
    res.end(TEXT);
  },
};

function withFields(res: ServerResponse): ServerResponse {
  for (const [name, value] of Object.entries(FIELDS)) res.setHeader(name, value);
  return res;
}

/**
 * A callback that must be called, once, without an error. `awaited` counts the callbacks that have not been called yet.
 */
function called(res: ServerResponse): (error?: Error | null) => void {
  const { awaited } = countersOf(res);
  awaited.callbacks++;
  let calls = 0;
  return (error) => {
    calls++;
    awaited.callbacks += calls === 1 && !error ? -1 : 1;
  };
}

const counters = new WeakMap<ServerResponse, { callbacks: number }>();

export function countersOf(res: ServerResponse): { awaited: { callbacks: number } } {
  const awaited = counters.get(res) ?? { callbacks: 0 };
  counters.set(res, awaited);
  return { awaited };
}
