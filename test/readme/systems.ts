import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { contentTag } from "@entity-tag/core";

/** The url of the system that each program of the client's README speaks to, by its name in the environment. */
export interface Systems {
  GITHUB_API_URL: string;
  CALENDAR_URL: string;
  BUCKET_URL: string;
  close(): void;
}

/** One server for all systems: documents under their urls, each with its tag, and right conditions. */
export async function startSystems(): Promise<Systems> {
  const kept = new Map([
    ["/repos/octokit/core.js", '{"full_name":"octokit/core.js"}'],
    ["/events/lunch", '{"summary":"Lunch","location":"Kitchen"}'],
  ]);
  const server = createServer(async (req, res) => {
    const path = req.url!;
    const text = kept.get(path);
    const etag = text === undefined ? undefined : await contentTag(text);
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = req.headers;
    if (req.method !== "PUT") {
      if (text === undefined) return res.writeHead(404).end();
      if (ifNoneMatch === etag) return res.writeHead(304, { ETag: etag }).end();
      return res.writeHead(200, { ETag: etag, "Content-Type": "application/json" }).end(text);
    }
    const isRefused = ifMatch === undefined ? ifNoneMatch !== "*" || text !== undefined : ifMatch !== etag;
    if (isRefused) return res.writeHead(412).end();
    const next = await textOf(req);
    kept.set(path, next);
    return res.writeHead(200, { ETag: await contentTag(next) }).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { GITHUB_API_URL: url, CALENDAR_URL: url, BUCKET_URL: `${url}/bucket`, close };
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of req.setEncoding("utf8")) text += chunk;
  return text;
}
