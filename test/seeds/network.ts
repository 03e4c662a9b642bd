import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

/** The output of real curl: status, fields and content. */
export interface Curled {
  status: number;
  headers: Headers;
  body: string;
}

/** Sends a request with curl, as the documentation of the systems shows it. */
export async function curl(url: string, ...args: string[]): Promise<Curled> {
  const { stdout } = await promisify(execFile)("curl", ["-s", "-i", ...args, url]);
  const end = stdout.indexOf("\r\n\r\n");
  const [line = "", ...fields] = stdout.slice(0, end).split("\r\n");
  const headers = new Headers(fields.map((field) => field.split(/:\s*(.*)/s, 2) as [string, string]));
  return { status: Number(line.split(" ")[1]), headers, body: stdout.slice(end + 4) };
}

/** A network that passes every write on, and loses the answer to every third one. */
export async function losingNetwork(
  origin: string,
): Promise<{ origin: string; lost(): number; close(): void }> {
  let writes = 0;
  let lost = 0;
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const isWrite = request.method !== "GET" && request.method !== "HEAD";
    const headers = new Headers(Object.entries(request.headers) as [string, string][]);
    for (const name of ["host", "connection", "content-length", "transfer-encoding"]) headers.delete(name);
    const init = { method: request.method!, headers };
    const answer = await fetch(
      origin + request.url,
      isWrite ? { ...init, body: Buffer.concat(chunks) } : init,
    );
    const body = Buffer.from(await answer.arrayBuffer());
    if (isWrite && answer.ok && ++writes % 3 === 0) {
      lost++;
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(body);
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const { port } = proxy.address() as AddressInfo;
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { origin: `http://127.0.0.1:${port}`, lost: () => lost, close };
}

/** A `fetch` that records each request and the status of its answer. */
export function noting(): { fetch: typeof fetch; log: string[] } {
  const log: string[] = [];
  const noted: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    log.push(`${request.method} ${response.status}`);
    return response;
  };
  return { fetch: noted, log };
}
