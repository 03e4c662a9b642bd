import { anyFunction, checkOptions, type OptionRules } from "@entity-tag/core/adapter";
import { checkMessages, type NodeRequest, type NodeResponse } from "./message.ts";
import { DROP_RULES, type DropLimits } from "./transport/dropped-writes.ts";
import type { BeforeHeadOptions, FirstContent, HeadHook } from "./transport/pending-answer.ts";
import type { Replacement } from "./transport/replaced-head.ts";
import { replaceMethods } from "./transport/response-methods.ts";

export type { BeforeHeadOptions, DropLimits, FirstContent, HeadHook, NodeRequest, NodeResponse, Replacement };

// Decision 8: this file and the files that it imports are the transport. They know no condition and no tag.
const RULES: OptionRules = { ...DROP_RULES, awaitedBytes: anyFunction() };

/**
 * Calls the hook just before the head of the response is sent, however the handler writes it, over HTTP/1 and HTTP/2.
 *
 * The hook can still change the status and the fields, and may return an answer that is sent instead of the
 * handler's. A head that was given to `writeHead` waits for the first content; over HTTP/2 it waits until the end
 * of the same turn of the event loop. Meanwhile `headersSent` is true, and a change by the handler throws, as it
 * does without the hook. The hook is called once. If the head cannot be sent, it is called again for the head of
 * the error page.
 *
 * Writes of a handler whose answer has been replaced are accepted and dropped, at the pace of a slow client, up to
 * `maxDroppedBytes` and `dropTimeoutMs`. Then the handler sees `close` without `finish`, as if its client had left.
 * Over HTTP/2 the replacement goes out when the handler ends or the limit is reached.
 *
 * @throws {TypeError} on arguments in another order, and on an option that is not valid
 * @example
 * createServer((req, res) => {
 *   beforeHead(req, res, () => void res.setHeader("Server-Timing", "app;dur=12"));
 *   res.end("Hello");
 * });
 */
export function beforeHead(
  req: NodeRequest,
  res: NodeResponse,
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
  hook: (content: FirstContent) => Replacement | undefined | void,
  options: BeforeHeadOptions = {},
): void {
  checkMessages(req, res, "beforeHead(req, res, hook)");
  if (typeof hook !== "function") {
    throw new TypeError(
      `Cannot call ${String(hook)} before the head: use a function, as in beforeHead(req, res, hook)`,
    );
  }
  checkOptions(options, RULES, "beforeHead()");
  replaceMethods(req, res, hook as HeadHook, options);
}
