import type { NodeRequest, NodeResponse } from "../message.ts";
import { bodyOf } from "./discarded-answer.ts";
import { type Replacement, replaceHead } from "./replaced-head.ts";
import { replaceMethods } from "./response-methods.ts";

/** Sends a whole answer before the handler has written any of its own. */
export function sendReplacement(req: NodeRequest, res: NodeResponse, replacement: Replacement): void {
  res.on("error", ignoreLateWrites);
  if (isOfNodeAlone(req, res)) sendAtOnce(req, res, replacement);
  else {
    replaceMethods(req, res, () => replacement, {});
    res.end();
  }
}

/**
 * A handler that does not know that its answer has been sent writes after the end. Node emits an error for that, and an
 * error without a listener ends the process.
 */
function ignoreLateWrites(): void {}

/** True when no layer has replaced a method, so that nothing can change the answer on its way. */
function isOfNodeAlone({ httpVersionMajor }: NodeRequest, res: NodeResponse): boolean {
  const isReplaced = ["writeHead", "write", "end"].some((name) => Object.hasOwn(res, name));
  return httpVersionMajor === 1 && !res.headersSent && !isReplaced;
}

/** Sends what the replaced methods would send, and costs less. */
function sendAtOnce({ method }: NodeRequest, res: NodeResponse, replacement: Replacement): void {
  replaceHead(res, replacement);
  res.writeHead(replacement.status);
  // As Latin-1, because Node writes the head in the encoding of the text that comes with it.
  res.end(bodyOf(replacement, method === "HEAD")?.toString("latin1"), "latin1");
}
