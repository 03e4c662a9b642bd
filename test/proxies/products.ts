import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";

/** The place of a product: the server behind it, its port, and a folder for its files. */
interface Place {
  host: string;
  port: number;
  folder: string;
}

/** A proxy, a cache or a compressor of Debian, with the configuration of its row. */
export interface Product {
  binary: string;
  install: string;
  /** The name of the file of configuration, and its text. */
  file: string;
  config(place: Place, extra: string): string;
  args(place: Place, file: string): string[];
  /** The signal that ends it and all its processes. The default is SIGTERM. */
  signal?: NodeJS.Signals;
}

const nginx = {
  binary: "/usr/sbin/nginx",
  install: "apt-get install nginx-light",
  file: "nginx.conf",
  args: (_: Place, file: string) => ["-c", file],
};

/** nginx needs a folder for each kind of temporary file. */
const nginxConfig = ({ folder, port }: Place, http: string, location: string) => `
daemon off; master_process off; user root; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  ${http}
  server { listen 127.0.0.1:${port}; location / { ${location} } }
}`;

export const products = {
  "nginx with gzip": {
    ...nginx,
    config: (place, extra) =>
      nginxConfig(
        place,
        "gzip on; gzip_vary on; gzip_proxied any; gzip_types application/json;",
        `proxy_pass http://${place.host}; ${extra}`,
      ),
  },
  "nginx with proxy_cache": {
    ...nginx,
    config: (place, extra) =>
      nginxConfig(
        place,
        `gzip on; gzip_vary on; gzip_proxied any; gzip_types application/json;
  proxy_cache_path ${place.folder}/cache keys_zone=pages:1m;`,
        `proxy_pass http://${place.host}; proxy_cache pages; ${extra}`,
      ),
  },
  "Apache with mod_deflate": {
    binary: "/usr/sbin/apache2",
    install: "apt-get install apache2",
    file: "apache.conf",
    args: (_, file) => ["-D", "FOREGROUND", "-f", file],
    config: ({ host, port, folder }, extra) => `
Listen 127.0.0.1:${port}
ServerName localhost
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
User nobody
StartServers 1
${["mpm_event", "authz_core", "filter", "deflate", "proxy", "proxy_http"]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join("\n")}
ProxyPass / http://${host}/
AddOutputFilterByType DEFLATE application/json
${extra}`,
  },
  Varnish: {
    binary: "/usr/sbin/varnishd",
    install: "apt-get install varnish",
    file: "pages.vcl",
    args: ({ port, folder }, file) => [
      "-F",
      "-n",
      `${folder}/varnish`,
      "-a",
      `127.0.0.1:${port}`,
      "-f",
      file,
      "-s",
      "malloc,16m",
    ],
    config: ({ host }, extra) => `
vcl 4.1;
backend default { .host = "${host.split(":")[0]}"; .port = "${host.split(":")[1]}"; }
sub vcl_backend_response { set beresp.do_gzip = true; }
${extra}`,
  },
  HAProxy: {
    binary: "/usr/sbin/haproxy",
    install: "apt-get install haproxy",
    file: "haproxy.cfg",
    args: (_, file) => ["-db", "-f", file],
    config: ({ host, port }, extra) => `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend pages
  bind 127.0.0.1:${port}
  compression algo gzip
  compression type application/json
  ${extra}
  default_backend origin
backend origin
  server one ${host}
`,
  },
  Squid: {
    binary: "/usr/sbin/squid",
    install: "apt-get install squid",
    signal: "SIGKILL", // It is one process, and needs two seconds to end after SIGTERM.
    file: "squid.conf",
    args: ({ port }, file) => ["-N", "-f", file, "-n", `pages${port}`],
    config: ({ host, port, folder }, extra) => `
http_port 127.0.0.1:${port} accel defaultsite=localhost
cache_peer ${host.split(":")[0]} parent ${host.split(":")[1]} 0 no-query originserver
http_access allow all
cache_mem 8 MB
pid_filename none
cache_log ${folder}/cache.log
access_log none
cache_store_log none
coredump_dir ${folder}
pinger_enable off
${extra}`,
  },
} satisfies Record<string, Product>;

export type ProductName = keyof typeof products;

export const isInstalled = (name: ProductName): boolean => existsSync(products[name].binary);

/** Starts a product in front of a server, and waits until it answers. */
export async function startBefore(origin: string, name: ProductName, extra = "") {
  const product: Product = products[name];
  const folder = mkdtempSync(join(tmpdir(), "entity-tag-proxy-"));
  chmodSync(folder, 0o777); // Workers may run as another user.
  const place = { host: new URL(origin).host, port: await freePort(), folder };
  const file = join(folder, product.file);
  writeFileSync(file, product.config(place, extra));
  const child = spawn(product.binary, product.args(place, file), { stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => end(child, product.signal ?? "SIGTERM", folder);
  await untilItAnswers(child, `http://127.0.0.1:${place.port}/`).catch(async (error) => {
    await stop();
    throw new Error(`${name} did not start: ${error.message}`);
  });
  return { url: `http://127.0.0.1:${place.port}`, stop };
}

async function untilItAnswers(child: ChildProcess, url: string): Promise<void> {
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (part) => (said += part));
  for (let waited = 0; waited < 200; waited++) {
    if (child.exitCode !== null) throw new Error(said);
    const answer = await fetch(url, { method: "OPTIONS" }).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) return;
    await sleep(50);
  }
  throw new Error(`no answer in ten seconds. ${said}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  const ended = new Promise((done) => child.once("close", done));
  if (child.exitCode === null) {
    child.kill(signal);
    await Promise.race([ended, sleep(3000)]);
    child.kill("SIGKILL");
  }
  rmSync(folder, { recursive: true, force: true });
}
