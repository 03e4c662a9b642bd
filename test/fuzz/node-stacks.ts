import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import compression from "compression";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import type { Random } from "./random.ts";

export type Layer = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

// Old versions without types of their own: they are what is deployed.
const require = createRequire(import.meta.url);
const onHeaders = require("on-headers-1.0.2") as (res: ServerResponse, listener: () => void) => void;
const oldCompression = require("compression-1.7.4") as typeof compression;
const cors = require("cors") as () => Layer;

/** It takes a flat list of fields for a list of pairs. */
const old: Layer = (_, res, next) => {
  onHeaders(res, () => res.setHeader("X-Old", "yes"));
  next();
};

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
writeFileSync(join(folder, "file.txt"), "a line of text\n".repeat(200));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Serves a file under every path but `/`, whatever the handler would have said. */
export const files = express.static(folder) as unknown as Layer;

/** The layers that applications put around their handlers. The old one understands no flat list, so it stands outside. */
const inner: Record<string, () => Layer> = {
  compression: () => compression({ threshold: 100 }) as unknown as Layer,
  cors: () => cors(),
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
  const hasOldCompression = !names.includes("compression") && random.chance(0.2);
  return {
    name: `${hasOld ? "old " : ""}${hasOldCompression ? "compression 1.7.4 before " : ""}${sides.map(([name, isOuter]) => `${name} ${isOuter ? "before" : "after"}`)}`,
    outer: [
      ...(hasOld ? [old] : []),
      ...(hasOldCompression ? [oldCompression({ threshold: 100 }) as unknown as Layer] : []),
      ...on(true),
    ],
    inner: on(false),
    isOld: hasOld || hasOldCompression,
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
