import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Role } from "../contenders/contender.ts";
import { commandOf, type Runtime } from "../measure/runtime.ts";
import type { Source } from "./page.ts";

/** An app to serve, and its runtime. */
export interface Plan {
  runtime: Runtime;
  name: string;
  role: Role;
  source: Source;
}

/** A server in a process of its own. */
export interface Server extends Plan {
  url: string;
  /** The tag of the page, as a client learns it. */
  tag: string;
  /** The processor time that it has used since it began, in microseconds. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

export async function start(plan: Plan): Promise<Server> {
  const { runtime, name, source } = plan;
  const [command, ...args] = commandOf(runtime);
  const file = `${import.meta.dirname}/${runtime}.ts`;
  const child = spawn(command, [...args, file, name, source], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const { port, control } = JSON.parse(await firstLine(child, plan));
  const url = `http://127.0.0.1:${port}/page`;
  const first = await fetch(url);
  await first.arrayBuffer();
  return {
    ...plan,
    url,
    tag: first.headers.get("ETag") ?? "",
    cpu: async () => Number(await (await fetch(`http://127.0.0.1:${control}/`)).text()),
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

async function firstLine(child: Child, { runtime, name }: Plan): Promise<string> {
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([status]) => {
      throw new Error(`The server ${name} on ${runtime} ended with ${status} before it served`);
    }),
  ]);
  return line;
}
