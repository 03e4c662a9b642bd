import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../free-port.ts";
import { content, type RunningServer, startServer } from "../probe/server.ts";
import { run } from "./run.ts";

// The workers of nginx run as another user, who must be able to open the folder.
const folder = mkdtempSync(join(tmpdir(), "entity-tag-intermediary-"));
chmodSync(folder, 0o755);
/** Debian installs its servers in /usr/sbin, which is only in the PATH of root. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0).reverse()) stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts each cache in front of a server, with the settings that tutorials show. */
const caches: Record<string, (origin: string, port: number) => ChildProcess> = {
  nginx: (origin, port) => nginx(origin, port),
  "nginx that passes the Server field of the origin": (origin, port) =>
    nginx(origin, port, "proxy_pass_header Server;"),
  varnishd: (origin, port) => varnishd(origin, port),
  "varnishd that removes the fields that identify it": (origin, port) =>
    varnishd(
      origin,
      port,
      "sub vcl_backend_response { return (deliver); } sub vcl_deliver { unset resp.http.Via; unset resp.http.X-Varnish; unset resp.http.Age; }",
    ),
};

function nginx(origin: string, port: number, more = ""): ChildProcess {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = write(
    "nginx.conf",
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; events {}
       http { access_log off; ${paths.join(" ")} proxy_cache_path ${folder}/cache-${port} keys_zone=pages:1m;
         server { listen 127.0.0.1:${port}; location / {
           proxy_pass ${origin}; proxy_cache pages; proxy_cache_valid 200 404 1m; proxy_ignore_headers Cache-Control; ${more} } } }`,
  );
  return spawn("nginx", ["-c", file], { stdio: "ignore", env });
}

function varnishd(origin: string, port: number, more = ""): ChildProcess {
  const { hostname, port: backend } = new URL(origin);
  const vcl = `vcl 4.1; backend default { .host = "${hostname}"; .port = "${backend}"; }
      sub vcl_backend_response { set beresp.ttl = 60s; } ${more}`;
  const args = [
    "-F",
    "-n",
    `${folder}/varnish-${port}`,
    "-a",
    `127.0.0.1:${port}`,
    "-f",
    write("pages.vcl", vcl),
    "-s",
    "malloc,16m",
  ];
  return spawn("varnishd", args, { stdio: "ignore", env });
}

describe("a correct server behind a cache that answers in its place is not reported as wrong", () => {
  for (const [name, startCache] of Object.entries(caches)) {
    const isHere = isInstalled(name.split(" ")[0]!);
    const title = isHere ? name : `${name} (install it: apt-get install nginx-light varnish)`;

    it.skipIf(!isHere)(`${title}: reads`, async () => {
      const { url } = await behind(startCache);
      const { status, out } = await run([url]);
      expect(out).toContain("A cache or proxy is in front of the server");
      expect(out).not.toMatch(/^(FAIL|WARNING)/m);
      expect(status).toBe(0);
    });

    it.skipIf(!isHere)(`${title}: writes, and the page is restored`, async () => {
      const { url, page } = await behind(startCache);
      const { status, out, err } = await run([url, "--write", "--yes", "--race", "4"]);
      expect(out, err).toContain("A cache or proxy is in front of the server");
      expect(out).not.toMatch(/^(FAIL|WARNING)/m);
      expect(page.version).toBeGreaterThan(1);
      expect(page.body).toBe(content);
      expect(status, out).toBe(0);
    });
  }

  it("the probe detects a cache by X-Cache, CF-Cache-Status, Via or Age", async () => {
    for (const sign of ["X-Cache", "CF-Cache-Status", "Via", "Age"]) {
      const server = await startServer({
        decide: (asked) => (asked.get("if-none-match") === "*" ? "whole" : undefined),
        answer: ({ headers }) => {
          headers[sign] = sign === "Age" ? "12" : "HIT";
        },
      });
      stopping.push(server.close);
      const { status, out } = await run([server.url, "--only", "tag-star"]);
      expect(status).toBe(0);
      expect(out).toMatch(/^INCONCLUSIVE tag-star/m);
    }
  });
});

async function behind(startCache: (typeof caches)[string]): Promise<RunningServer> {
  const server = await startServer({
    answer: ({ headers }) => {
      headers.Server = "gunicorn";
    },
  });
  stopping.push(server.close);
  const port = await freePort();
  const cache = startCache(new URL(server.url).origin, port);
  stopping.push(() => cache.kill());
  const url = `http://127.0.0.1:${port}/page`;
  for (let waited = 0; waited < 100; waited++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  return { ...server, url };
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function isInstalled(name: string): boolean {
  try {
    execFileSync("which", [name], {
      stdio: "ignore",
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    return true;
  } catch {
    return false;
  }
}
