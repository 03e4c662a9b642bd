// Asks conditionalFetch and other clients with a cache the public cache tests, all in one run, and writes
// docs/caches.md: npm run caches. With a name and a url it asks one client, and prints its results as JSON.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { caches } from "../benchmarks/contenders/caches.ts";
import { freePort } from "../test/free-port.ts";

interface Suite {
  id: string;
  name: string;
  tests: { id: string; kind?: string }[];
}
type Results = Record<string, unknown>;

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "test/node_modules/http-cache-tests");
const load = (file: string) => import(pathToFileURL(join(folder, file)).href);
const suites: Suite[] = (await load("tests/index.mjs")).default;

const [name, base] = process.argv.slice(2);
await (name && base ? ask(name, base) : writeTable());
process.exit();

async function ask(name: string, base: string): Promise<void> {
  const { runTests, getResults } = await load("client/runner.mjs");
  process.on("unhandledRejection", () => {});
  process.on("uncaughtException", () => {});
  const call = caches[name]!();
  const limited = (...given: Parameters<typeof call>) => Promise.race([call(...given), expired()]);
  await runTests(suites, limited, true, base, 200);
  await new Promise((done) => process.stdout.write(JSON.stringify(getResults()), done));
}

/** A client that never answers fails only that test, not the whole run. */
async function expired(): Promise<never> {
  await new Promise((done) => setTimeout(done, 10_000));
  throw new Error("no answer within ten seconds");
}

async function writeTable(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "caches-"));
  const port = await freePort();
  const settings = { protocol: "http", port: String(port), pidfile: join(scratch, "pid") };
  const env = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`npm_config_${key}`, value]),
  );
  const server = spawn(process.execPath, [join(folder, "server/server.mjs")], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout!, "data");
  const asked = Object.keys(caches).map(async (name) => {
    const args = [import.meta.filename, name, `http://localhost:${port}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
    const results = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Results;
    return { name, results };
  });
  const all = await Promise.all(asked);
  server.kill();
  rmSync(scratch, { recursive: true });
  const text = pageOf(all);
  writeFileSync(join(root, "docs/caches.md"), text);
  console.log(text);
}

function pageOf(all: { name: string; results: Results }[]): string {
  const first = all[0]!.results;
  const rows = suites.flatMap(({ name, tests }) => {
    const required = tests.filter(({ id, kind = "required" }) => kind === "required" && id in first);
    return required.length > 0 ? [{ name, ids: required.map(({ id }) => id) }] : [];
  });
  const passed = (results: Results, ids: string[]) => ids.filter((id) => results[id] === true).length;
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  const row = (name: string, ids: string[]) =>
    line([name, ids.length, ...all.map(({ results }) => passed(results, ids))]);
  return `# Caches in clients, compared

The table shows how many of the required tests of [http-cache-tests](https://github.com/http-tests/cache-tests) ${versionOf("test", "http-cache-tests")} each client passes, all in one run. \`npm run caches\`
writes this page. Recorded ${new Date().toISOString().slice(0, 10)} on Node ${process.versions.node}, ${platform()} ${arch()}.

${line(["", "tests", ...all.map(({ name }) => `${name} ${versionOf(name === "@entity-tag/client" ? "test" : "benchmarks", name)}`)])}
${line(["---", "--:", ...all.map(() => "--:")])}
${rows.map(({ name, ids }) => row(name, ids)).join("\n")}
${row(
  "**all**",
  rows.flatMap(({ ids }) => ids),
)}

Each client is set up as a private cache in memory. \`@entity-tag/client\` is \`conditionalFetch({ fresh: rfc9111() })\`, undici its \`interceptors.cache\`, got its \`cache\` with a Map.
The suite's repository has newer tests, which are not on npm yet. \`test/client/fetch/cache-tests.test.ts\` gives the reason for each test that \`conditionalFetch\` fails.
`;
}

function versionOf(workspace: string, name: string): string {
  return JSON.parse(readFileSync(`${root}/${workspace}/node_modules/${name}/package.json`, "utf8")).version;
}
