// Every program of the documents, and the wiki: all rows that fit its page, and all questions of the command, including
// writes and a race.
import { globSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, it, vi } from "vitest";
import { freePort } from "../free-port.ts";
import { expectConformance } from "./bed/conformance.ts";
import { instructions, programs } from "./bed/documents.ts";
import { programFolder, root, runtimes, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = await programFolder("recipes-rows");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Parts of an application, not programs: recipes-hooks.test.ts and next.test.ts ask them. */
const parts = ["astro", "mounting", "nestjs", "next", "react-router", "sveltekit", "workers"];

interface Program {
  name: string;
  program: string;
  runtime: keyof typeof runtimes;
  file: string;
  path: string;
  /** It takes writes. */
  isWritten: boolean;
}

const recipes: Program[] = globSync("docs/frameworks/*.md", { cwd: root })
  .sort()
  .filter((document) => !parts.some((part) => document.endsWith(`/${part}.md`)))
  .map((document) => {
    const { file, run: line } = instructions(document);
    const runtime = line.split(" ")[0] as keyof typeof runtimes;
    return { name: document, program: programs(document)[0]!, runtime, file, path: "/", isWritten: true };
  });

const readmes: Program[] = (["deno", "bun"] as const).flatMap((runtime) => {
  const document = `packages/${runtime}/README.md`;
  const [page, served] = programs(document);
  const shared = { runtime, file: "server.ts" };
  return [
    {
      ...shared,
      name: `${document}, a page`,
      program: page!,
      path: runtime === "bun" ? "/pages/home" : "/",
      isWritten: true,
    },
    { ...shared, name: `${document}, a file`, program: served!, path: "/", isWritten: false },
  ];
});

describe.concurrent("The programs of the documents break no MUST", () => {
  it.for([...recipes, ...readmes])("$name", async ({ name, program, runtime, file, path, isWritten }) => {
    const place = `${folder}/${name.replace(/\W+/g, "-")}-${file}`;
    writeFileSync(place, program);
    const server = await start([...runtimes[runtime], place], await freePort());
    await expectConformance(`http://localhost:${server.port}${path}`, { isWritten }).finally(server.stop);
  });
});

it("The wiki breaks no MUST", async () => {
  const server = await start([...runtimes.node, `${root}/examples/wiki/src/main.ts`], await freePort());
  // It is behind proxies that weaken tags, and accepts those: `ifMatch: "weak"`. This is the only difference.
  const asked = { isWritten: true, weakly: ["match-weak", "write-weak"] };
  await expectConformance(`http://localhost:${server.port}/pages/home`, asked).finally(server.stop);
});
