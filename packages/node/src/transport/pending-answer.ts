import type { NodeResponse } from "../message.ts";
import type { DropLimits, DroppedWrites } from "./dropped-writes.ts";
import { type Replacement, replaceHead } from "./replaced-head.ts";
import { type Callback, ignore } from "./write-arguments.ts";
import type { WrittenHead } from "./written-head.ts";

/** The content of an answer, as far as it is known just before the head is sent. */
export interface FirstContent {
  /** The content so far; `undefined`: no content yet, or no content at all. */
  readonly chunk?: string | Uint8Array | undefined;
  /** The encoding of a string. Default: UTF-8. */
  readonly encoding?: BufferEncoding | undefined;
  /** True when the answer ends with it. */
  readonly isWhole: boolean;
}

/** Called just before the head is sent. It may change the head on `res`, or return an answer to send instead. */
export type HeadHook = (content: FirstContent) => Replacement | undefined;

/** The options of `beforeHead`. */
export interface BeforeHeadOptions extends DropLimits {
  /**
   * Called once, when content of a known length begins to arrive in parts. Returns a number of bytes. The head waits
   * for content up to that length, so that the hook sees all of it. Default: the head does not wait.
   */
  awaitedBytes?: (() => number) | undefined;
}

/**
 * The state of an answer:
 * - `open`: its head can be changed by everybody;
 * - `held`: the handler has given its head, which waits for content. Only the hook can still change it;
 * - `judged`: the hook has run, and the head is on its way out;
 * - `sent`: the head has been sent, and this package no longer changes the answer;
 * - `discarding`: another answer replaces it, and the handler's writes are dropped;
 * - `replaced`: the answer that replaces it has been ended, but a layer may end it later;
 * - `done`: the limit was reached, and the handler has been told that its client has left.
 */
type Phase = "open" | "held" | "judged" | "sent" | "discarding" | "replaced" | "done";

/** One response, and what must be known of it until its head has been sent. */
export interface PendingAnswer {
  readonly res: NodeResponse;
  readonly isHttp2: boolean;
  /** An answer to HEAD has no content. */
  readonly isHead: boolean;
  /** HTTP/2 and compressors send the head before they look at a chunk, valid or not. Node over HTTP/1 looks first. */
  readonly sendsHeadFirst: boolean;
  readonly hook: HeadHook;
  readonly options: BeforeHeadOptions;
  /** The methods of the response before they were replaced. */
  readonly below: Pick<NodeResponse, "writeHead" | "write" | "end" | "flushHeaders">;
  /** The number of `finish` listeners before. */
  readonly listeners: number;
  phase: Phase;
  /** The arguments of `writeHead`. */
  head: WrittenHead | undefined;
  /** Lets the head be changed again. */
  thaw: (() => void) | undefined;
  /** The status that the hook saw. */
  judgedStatus: number;
  replacement: Replacement | undefined;
  dropped: DroppedWrites | undefined;
  /** Over HTTP/2: true when the call that brought the replacement has returned. */
  isLater: boolean;
  /** Content that waits for the rest. */
  parts: Uint8Array[] | undefined;
  missingBytes: number;
}

/** Runs the hook: *open* or *held* to *judged*. */
export function judge(answer: PendingAnswer, content: FirstContent): void {
  const { res, head } = answer;
  thaw(answer);
  answer.parts = undefined;
  if (head) res.statusCode = head.status;
  answer.judgedStatus = res.statusCode;
  answer.replacement = undefined;
  attempt(answer, () => {
    answer.replacement = answer.hook(content);
  });
  answer.phase = "judged";
}

export function thaw(answer: PendingAnswer): void {
  answer.thaw?.();
  answer.thaw = undefined;
}

/** An error before the head has been sent leaves the answer *open*, so that an error page can be sent. */
export function attempt<T>(answer: PendingAnswer, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (answer.res.headersSent) throw error;
    if (answer.replacement) answer.res.statusCode = answer.judgedStatus;
    answer.phase = "open";
    answer.head = answer.replacement = undefined;
    throw error;
  }
}

/** Passes the head to the next layer, and at last to Node: *judged* to *sent*. */
export function passHead(answer: PendingAnswer): void {
  const { res, below, head, replacement } = answer;
  const restoreHead = replacement && replaceHead(res, replacement);
  const hasPhrase = replacement === undefined && head?.phrase !== undefined && head.status === res.statusCode;
  try {
    // Never passes fields on, because old layers read a flat list as a list of pairs.
    attempt(answer, () =>
      hasPhrase
        ? below.writeHead.call(res, res.statusCode, head!.phrase)
        : below.writeHead.call(res, res.statusCode),
    );
  } catch (error) {
    if (!res.headersSent) restoreHead?.();
    throw error;
  }
  answer.phase = "sent";
  // A layer has turned an answer without content into another one, which gets the handler's content.
  if (replacement?.body === undefined && res.statusCode !== replacement?.status)
    answer.replacement = undefined;
}

/**
 * Sends the head of the replacement. A head that was not given to `writeHead` passes all layers, as every head
 * does.
 */
export function sendReplacementHead(answer: PendingAnswer): void {
  const { res, head, replacement } = answer;
  if (head) {
    passHead(answer);
    return;
  }
  res.statusCode = replacement!.status;
  attempt(answer, () => res.writeHead(res.statusCode));
}

/**
 * Writes bytes, except for HEAD, where a server may reject them. Over HTTP/1 it sends the head first, with an empty
 * text. Otherwise Node would put the head of a pipelined answer before the 1xx answers of the same request, and the
 * content after them.
 */
export function writeBytes(
  { res, below, isHttp2, isHead }: PendingAnswer,
  bytes: Uint8Array,
  callback?: Callback,
): boolean {
  if (isHead) return ignore(callback);
  if (!isHttp2) below.write.call(res, "", "latin1");
  return below.write.call(res, bytes, callback);
}

/**
 * Ends the answer. Layers that know no third argument do not get the callback: express-session would mistake it for
 * content. Then the callback waits for `finish`.
 */
export function endBelow(
  { res, below }: PendingAnswer,
  callback?: Callback,
  content?: string | Uint8Array | undefined,
  encoding?: BufferEncoding | undefined,
): unknown {
  if (below.end.length > 2) return below.end.call(res, content, encoding, callback);
  const ended = below.end.call(res, content, encoding);
  if (callback) res.once("finish", callback);
  return ended;
}
