import type { Readable } from "node:stream";
import { discardBody, isResponse, type PlainResponse, withAcceptEncoding } from "@entity-tag/core/adapter";

/**
 * The answer of a framework, before it is sent. A package for a framework implements it on the framework's own answer.
 *
 * `Reply`: the type of the framework's own answer.
 */
export interface FrameworkAnswer<Reply> {
  /** Given to the option `tag`, if that is a function. */
  readonly reply: Reply;
  status: number;
  /** `undefined`: the answer lacks the field. */
  get(fieldName: string): string | undefined;
  set(fieldName: string, value: string): void;
  remove(fieldName: string): void;
  fieldNames(): Iterable<string>;
  /** True when the handler has given content, even content that no tag can be made from. */
  hasContent(): boolean;
  /** A string, bytes or a Node stream. Other content gets no tag. Called only when a tag is to be made from it. */
  content(): unknown;
  /** Replaces the content. `undefined`: the answer has no content. */
  setContent(content: string | Buffer | Readable | undefined): void;
  /** True when a compressor may skip a 304, which would then lack the `Vary` of the 200. */
  readonly isCompressed: boolean;
}

/**
 * Ends the source of content that is not sent: a stream of Node, a web stream or the body of a `Response`. An error of
 * that source is ignored, because an error without a listener ends the process.
 *
 * @example
 * releaseContent(createReadStream("page.html"));
 */
export function releaseContent(content: unknown): void {
  if (isNodeStream(content)) content.on("error", () => {}).destroy?.();
  else if (content instanceof ReadableStream) content.cancel().catch(() => {});
  else if (isResponse(content)) discardBody(content);
}

/** Some packages bring their own class of streams, such as `readable-stream`. */
function isNodeStream(content: unknown): content is Pick<Readable, "on"> & Partial<Readable> {
  const { pipe, on } = (content ?? {}) as Partial<Readable>;
  return typeof pipe === "function" && typeof on === "function";
}

/**
 * Replaces the answer by the one that the conditions decide. It passes all layers of the framework, as every answer
 * does.
 */
export function replace(answer: FrameworkAnswer<unknown>, instead: PlainResponse): void {
  const { status, fields, body, keeps, vary } = instead;
  for (const name of answer.fieldNames()) {
    if (!keeps(name, answer.get(name))) answer.remove(name);
  }
  // The content comes first. Koa drops the old content at the status 304, so its source could not be ended any more.
  // And a framework may set fields with the content.
  answer.setContent(body);
  answer.status = status;
  for (const [name, value] of fields) answer.set(name, value);
  if (vary !== undefined || (isNotModified(instead) && answer.isCompressed)) {
    answer.set("Vary", withAcceptEncoding(answer.get("Vary")));
  }
}

/** A refusal has a problem document, and a 304 has no content. */
export function isNotModified({ body }: PlainResponse): boolean {
  return body === undefined;
}
