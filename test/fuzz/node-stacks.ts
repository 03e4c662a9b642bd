import type { IncomingMessage, ServerResponse } from "node:http";
import compression from "compression";
import session from "express-session";
import helmet from "helmet";
import type { Random } from "./random.ts";

export type Layer = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** What `on-headers` 1.0.2 does: its listener runs once, and a list of fields is one of pairs. */
const old: Layer = (_, res, next) => {
  const { writeHead } = res;
  let isFired = false;
  res.writeHead = ((status: number, ...rest: unknown[]) => {
    const fields = typeof rest[0] === "string" ? rest[1] : rest[0];
    res.statusCode = status;
    if (Array.isArray(fields)) for (const field of fields) res.setHeader(field[0], field[1]);
    else for (const [name, value] of Object.entries(fields ?? {})) res.setHeader(name, value as string);
    if (!isFired) {
      isFired = true;
      res.setHeader("X-Old", "yes");
    }
    return writeHead.apply(res, [res.statusCode, ...(typeof rest[0] === "string" ? [rest[0]] : [])] as never);
  }) as never;
  next();
};

/** The layers that applications put around their handlers. The old one understands no flat list, so it stands outside. */
const inner: Record<string, () => Layer> = {
  compression: () => compression({ threshold: 100 }) as unknown as Layer,
  helmet: () => helmet() as unknown as Layer,
  session: () => session({ secret: "s", resave: false, saveUninitialized: false }) as unknown as Layer,
};

export interface Stack {
  readonly name: string;
  readonly outer: Layer[];
  readonly inner: Layer[];
  /** One of the layers takes a flat list of fields for a list of pairs. */
  readonly isOld: boolean;
}

/** Random layers on either side. */
export function stackOf(random: Random): Stack {
  const names = Object.keys(inner).filter(() => random.chance(0.3));
  const sides = names.map((name) => [name, random.chance(0.5)] as const);
  const on = (isOuter: boolean) =>
    sides.filter(([, side]) => side === isOuter).map(([name]) => inner[name]!());
  const hasOld = random.chance(0.3);
  return {
    name: `${hasOld ? "old " : ""}${sides.map(([name, isOuter]) => `${name} ${isOuter ? "before" : "after"}`)}`,
    outer: [...(hasOld ? [old] : []), ...on(true)],
    inner: on(false),
    isOld: hasOld,
  };
}

/** One layer after the other, then the handler. */
export function runLayers(
  layers: readonly Layer[],
  req: IncomingMessage,
  res: ServerResponse,
  handle: () => void,
): void {
  const run = (index: number): void =>
    index === layers.length ? handle() : layers[index]!(req, res, () => run(index + 1));
  run(0);
}
