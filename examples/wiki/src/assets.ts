import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = import.meta.dirname;
const PUBLIC = join(SOURCE, "public");
/** The packages that the browser's scripts import by name. */
const MODULES: Record<string, string> = {
  client: folderOf("@entity-tag/client"),
  core: folderOf("@entity-tag/core"),
};
const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".js": "text/javascript; charset=utf-8",
};

/** Names this build of the program. It belongs in the tag of every page, because a page points at its assets. */
export const BUILD = buildName();

/** Answers `/assets/:build/:file` and `/modules/:build/:package/:file`. A name with the build in it never changes. */
export async function asset(pathname: string): Promise<Response | undefined> {
  const [, area, build, ...rest] = pathname.split("/");
  if ((area !== "assets" && area !== "modules") || build !== BUILD) return undefined;
  const text = area === "assets" ? await publicFile(rest.join("/")) : await moduleFile(rest);
  if (text === undefined) return undefined;
  const type = TYPES[/\.[a-z]+$/.exec(pathname)?.[0] ?? ""] ?? "text/plain; charset=utf-8";
  return new Response(text, {
    headers: { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" },
  });
}

/** A file of `public`. Scripts are written in TypeScript there, and lose their types on the way. */
async function publicFile(name: string): Promise<string | undefined> {
  const source = name.endsWith(".js") ? name.replace(/\.js$/, ".ts") : name;
  const text = await textOf(PUBLIC, source);
  return text !== undefined && source.endsWith(".ts")
    ? withAddresses(stripTypeScriptTypes(text).replaceAll('.ts";', '.js";'))
    : text;
}

async function moduleFile([name = "", ...path]: string[]): Promise<string | undefined> {
  const folder = MODULES[name];
  if (!folder || !path.at(-1)?.endsWith(".js")) return undefined;
  const text = await textOf(folder, path.join("/"));
  return text && withAddresses(text);
}

/** Puts addresses for the names of packages. An import map would do the same, but it is an inline script. */
function withAddresses(script: string): string {
  return script.replace(
    /from "@entity-tag\/(\w+)(?:\/(\w+))?"/g,
    (_, name: string, entry = "index") => `from "/modules/${BUILD}/${name}/${entry}.js"`,
  );
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
  const file = normalize(join(folder, name));
  if (!file.startsWith(folder)) return undefined;
  return readFile(file, "utf8").catch(() => undefined);
}

function folderOf(specifier: string): string {
  return dirname(fileURLToPath(import.meta.resolve(specifier)));
}

function buildName(): string {
  const hash = createHash("sha256");
  for (const folder of [SOURCE, ...Object.values(MODULES)]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    for (const { parentPath, name } of files) hash.update(readFileSync(join(parentPath, name)));
  }
  return hash.digest("hex").slice(0, 12);
}
