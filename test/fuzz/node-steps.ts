import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** One thing that a handler does with its response. */
export type Step = (res: ServerResponse) => unknown;
export type NamedStep = readonly [name: string, step: Step];

const later = () => new Promise<void>((resolve) => setImmediate(resolve));
/** The code of the error that a callback gets, or "ok". A compressor drops callbacks, so `close` counts, too. */
const settled = (res: ServerResponse, act: (done: (error?: Error | null) => void) => void) =>
  new Promise<unknown>((resolve) => {
    act((error) => resolve(error ? (error as { code?: string }).code : "ok"));
    res.on("close", () => resolve("ok"));
  });

type Write = readonly [name: string, write: (res: ServerResponse, chunk: string) => unknown, http1?: true];

/**
 * The ways to write content that continues. Steps with a third member are only for HTTP/1, because Node 24 sometimes
 * sends wrong bytes for them over HTTP/2.
 */
export const writes: readonly Write[] = [
  ["write", (res, chunk) => void res.write(chunk)],
  ["write a Buffer", (res, chunk) => void res.write(Buffer.from(chunk))],
  ["write bytes", (res, chunk) => void res.write(new Uint8Array(Buffer.from(chunk)))],
  ["write latin1", (res, chunk) => void res.write(chunk, "latin1"), true],
  ["write hex", (res, chunk) => void res.write(Buffer.from(chunk).toString("hex"), "hex"), true],
  ["write, awaited", (res, chunk) => settled(res, (done) => res.write(chunk, done))],
];

/**
 * Other steps of a handler. Some only make sense after `writeHead`. Others only make sense over HTTP/1 without layers,
 * where Node is the first to read the status and the fields.
 */
export const mischief: readonly (readonly [name: string, step: Step, when?: "after" | "alone"])[] = [
  ["a late setHeader", (res) => void res.setHeader("X-Late", "yes"), "after"],
  ["a late appendHeader", (res) => void res.appendHeader("X-Late", "more"), "after"],
  ["a late removeHeader", (res) => res.removeHeader("X-Late"), "after"],
  ["a late setHeaders", (res) => void res.setHeaders(new Map([["X-Late", "yes"]])), "after"],
  ["a late status", (res) => void Object.assign(res, { statusCode: 202 }), "after"],
  ["a second writeHead", (res) => void res.writeHead(203), "after"],
  ["a field with a bad name", (res) => void res.setHeader("bad name", "yes")],
  ["a field with a bad value", (res) => void res.setHeader("X-Bad", "a\nb")],
  [
    "writeHead with a bad field",
    (res) => void res.writeHead(200, { "X-Good": "yes", "X-Bad": "a\nb" }),
    "alone",
  ],
  ["writeHead with a bad status", (res) => void res.writeHead(99), "alone"],
  ["write(null)", (res) => void res.write(null)],
  ["write(undefined)", (res) => void res.write(undefined)],
  ["write(5)", (res) => void res.write(5)],
  ["write of nothing", (res) => void res.write("")],
  ["flushHeaders", (res) => res.flushHeaders()],
  ["a turn", later],
  ["cork", (res) => res.cork()],
  ["uncork", (res) => res.uncork()],
  ["writeContinue", (res) => void res.writeContinue()],
  ["writeProcessing", (res) => res.writeProcessing()],
  ["writeEarlyHints", (res) => void res.writeEarlyHints({ link: "</style.css>; rel=preload" })],
  ["addTrailers", (res) => res.addTrailers({ "X-Trailer": "yes" })],
  ["sendDate", (res) => void Object.assign(res, { sendDate: false })],
  ["setTimeout", (res) => void res.setTimeout(10_000)],
];

export type Ending = readonly [
  name: string,
  end: (res: ServerResponse, last: string | undefined) => unknown,
  where?: "HTTP/1" | "no layers",
];

/**
 * The ways to end an answer, with a last piece of content or without. Compressors read a callback as content.
 */
export const endings: readonly Ending[] = [
  ["end", (res, last) => void (last === undefined ? res.end() : res.end(last))],
  [
    "end, awaited",
    (res, last) => settled(res, (done) => (last === undefined ? res.end(done) : res.end(last, done))),
    "no layers",
  ],
  ["end of content, awaited", (res, last) => settled(res, (done) => res.end(last ?? "", done))],
  ["end in UTF-8, awaited", (res, last) => settled(res, (done) => res.end(last ?? "", "utf8", done))],
  ["end of a Buffer", (res, last) => void res.end(last && Buffer.from(last))],
  ["end latin1", (res, last) => void res.end(last ?? "", "latin1"), "HTTP/1"],
  ["end(null)", (res, last) => void (last === undefined ? res.end(null) : res.end(last, undefined as never))],
  [
    "end twice",
    async (res, last) => {
      res.end(last);
      return settled(res, (done) => res.end(done));
    },
  ],
  [
    "write after end",
    async (res, last) => {
      res.end(last);
      return settled(res, (done) => res.write("more", done));
    },
  ],
  ["pipe", (res, last) => void Readable.from(last === undefined ? [] : [last]).pipe(res)],
  ["pipeline", (res, last) => pipeline(Readable.from([last ?? "x", "y"]), res).then(() => "ok")],
  [
    "pipeline of a web stream",
    (res, last) =>
      pipeline(Readable.fromWeb(new Blob([last ?? "x"]).stream() as never), res).then(() => "ok"),
  ],
  [
    "pipeline that fails",
    (res, last) =>
      pipeline(
        (async function* () {
          yield last ?? "x";
          await later();
          throw new Error("the source broke");
        })(),
        res,
      ),
  ],
];
