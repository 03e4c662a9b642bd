import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { conditional } from "@entity-tag/node";
import { keyBelow, type ResourceOptions, resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { getRequestListener } from "@hono/node-server";
import { page } from "./ask.ts";

export interface Page {
  content: string;
}

export type Settings = Pick<ResourceOptions<Page>, "codings" | "ifMatch" | "cacheControl">;

export interface Origin {
  url: string;
  /** Makes a page under these settings, with the content "a…", and returns its path. */
  serve(settings?: Settings): Promise<string>;
  /** All requests for pages so far, each with the names of its conditions: `GET if-none-match`. */
  arrived: string[];
  stop(): void;
}

/** The origin server of every product: the middleware of `@entity-tag/node` in front of `resource`. */
export async function startOrigin(): Promise<Origin> {
  const arrived: string[] = [];
  const served = new Map<string, RequestListener>();
  const { url, stop } = await listen((req, res) => {
    const answer = served.get(req.url!);
    if (answer === undefined) return res.writeHead(204).end();
    const conditions = Object.keys(req.headers).filter((name) => name.startsWith("if-"));
    arrived.push([req.method, ...conditions].join(" "));
    answer(req, res);
  });
  const serve = async (settings: Settings = {}) => {
    const path = `/pages/${served.size}`;
    served.set(path, judged(settings, getRequestListener(await pages(settings, `${served.size}`))));
    return path;
  };
  return { url, serve, arrived, stop };
}

/** Pages of `resource`. One page exists from the beginning. */
export async function pages(settings: Settings, name = "home") {
  const store = memoryStore<Page>();
  await store.swap(name, null, JSON.parse(page("a")));
  return resource(store, { key: keyBelow("/pages"), require: true, ...settings });
}

export function judged({ codings, ifMatch }: Settings, answer: RequestListener): RequestListener {
  const judge = conditional({ codings, ifMatch });
  return (req: IncomingMessage, res: ServerResponse) => judge(req, res, () => void answer(req, res));
}

export async function listen(listener: RequestListener): Promise<{ url: string; stop(): void }> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
