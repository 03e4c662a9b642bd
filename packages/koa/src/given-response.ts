import { Readable } from "node:stream";
import type { Context } from "koa";

/** Answers with a `Response`. It passes outer middleware, as every answer does. */
export function answerWith(ctx: Context, { status, headers, body }: Response): void {
  ctx.body = body && Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  // After the body, because Koa chooses a status and a type when the body is set.
  ctx.status = status;
  if (!headers.has("content-type")) ctx.remove("Content-Type");
  for (const [name, value] of headers) {
    if (name === "set-cookie") ctx.append(name, value);
    else ctx.set(name, value);
  }
}
