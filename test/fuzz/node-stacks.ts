import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import compression from "compression";
import connect from "connect";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import polka from "polka";
import type { Random } from "./random.ts";

export type Layer = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

// These old versions have no types. They are tested because many servers still use them.
const require = createRequire(import.meta.url);
const onHeaders = require("on-headers-1.0.2") as (res: ServerResponse, listener: () => void) => void;
const oldCompression = require("compression-1.7.4") as typeof compression;
const express4 = require("express-4") as typeof express;
const cors = require("cors") as () => Layer;

/** Whether it reads a flat list of fields as a list of pairs. */
const old: Layer = (_, res, next) => {
  onHeaders(res, () => res.setHeader("X-Old", "yes"));
  next();
};

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
writeFileSync(join(folder, "file.txt"), "a line of text\n".repeat(200));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Serves a file under every path except `/`, in place of the handler. */
export const files = express.static(folder) as unknown as Layer;

/**
 * The layers that applications put around their handlers. The old one reads a flat list wrongly, so it is the
 * outermost.
 */
const inner: Record<string, () => Layer> = {
  compression: () => compression({ threshold: 100 }) as unknown as Layer,
  cors: () => cors(),
  helmet: () => helmet() as unknown as Layer,
  session: () => session({ secret: "s", resave: false, saveUninitialized: false }) as unknown as Layer,
};

/**
 * It saves every session at the end of an answer, which it may cut in two. It calls `_implicitHeader`, which HTTP/2 has
 * not.
 */
const rollingSession = () =>
  session({ secret: "s", resave: true, rolling: true, saveUninitialized: true }) as unknown as Layer;
const http1: typeof inner = { ...inner, session: rollingSession };

export interface Stack {
  readonly name: string;
  readonly outer: Layer[];
  readonly inner: Layer[];
  /** Whether one of the layers reads a flat list of fields as a list of pairs. */
  readonly isOld: boolean;
  /** Whether one of the layers reads the arguments of `writeHead`. */
  readonly hasLayers: boolean;
  /** The framework that runs the layers and the handler. */
  readonly frame: (layers: readonly Layer[]) => RequestListener;
}

/** Express changes the prototype of a response, and has no prototype for HTTP/2. */
const frames: Record<string, { frame: Stack["frame"]; isForHttp2: boolean }> = {
  "node:http": {
    frame: (layers) => (req, res) => runLayers(layers, req, res),
    isForHttp2: true,
  },
  Connect: { frame: (layers) => using(connect(), layers) as unknown as RequestListener, isForHttp2: true },
  Polka: {
    frame: (layers) => using(polka(), layers).handler as unknown as RequestListener,
    isForHttp2: true,
  },
  "Express 4": {
    frame: (layers) => using(express4(), layers) as unknown as RequestListener,
    isForHttp2: false,
  },
  "Express 5": {
    frame: (layers) => using(express(), layers) as unknown as RequestListener,
    isForHttp2: false,
  },
};

function using<App extends { use: (layer: never) => unknown }>(app: App, layers: readonly Layer[]): App {
  for (const layer of layers) app.use(layer as never);
  return app;
}

/** Random layers on both sides of `conditional()`. */
export function stackOf(random: Random, isHttp2 = false): Stack {
  const [frameName, { frame }] = random.pick(
    Object.entries(frames).filter(([, { isForHttp2 }]) => isForHttp2 || !isHttp2),
  );
  const names = Object.keys(inner).filter(() => random.chance(0.3));
  const isRolling = !isHttp2 && random.chance(0.5);
  const made = isRolling ? http1 : inner;
  const sides = names.map((name) => [name, random.chance(0.5)] as const);
  const on = (isOuter: boolean) =>
    sides.filter(([, side]) => side === isOuter).map(([name]) => made[name]!());
  const hasOld = random.chance(0.3);
  // The old compressor calls `_implicitHeader`, which HTTP/2 does not have.
  const hasOldCompression = !isHttp2 && !names.includes("compression") && random.chance(0.2);
  return {
    name: `${frameName}: ${hasOld ? "old " : ""}${hasOldCompression ? "compression 1.7.4 before " : ""}${isRolling ? "rolling " : ""}${sides.map(([name, isOuter]) => `${name} ${isOuter ? "before" : "after"}`)}`,
    outer: [
      ...(hasOld ? [old] : []),
      ...(hasOldCompression ? [oldCompression({ threshold: 100 }) as unknown as Layer] : []),
      ...on(true),
    ],
    inner: on(false),
    isOld: hasOld || hasOldCompression,
    hasLayers: hasOld || hasOldCompression || names.includes("compression") || names.includes("session"),
    frame,
  };
}

/** Runs the layers one after the other. */
function runLayers(layers: readonly Layer[], req: IncomingMessage, res: ServerResponse): void {
  const run = (index: number): void => layers[index]?.(req, res, () => run(index + 1));
  run(0);
}
