import { conditionalFetch } from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import axios from "axios";
import { setupCache } from "axios-cache-interceptor";
import got, { type Method } from "got";
import * as undici from "undici";

/** The parts of an answer that the public cache tests read. */
export interface Answer {
  status: number;
  headers: Headers;
  text(): Promise<string>;
}

/** A client with a private cache in memory, called as `fetch` is. */
export type Cache = (url: string, init?: CacheInit) => Promise<Answer>;

export interface CacheInit {
  method?: string;
  headers?: [string, string][];
  body?: string;
}

/** Each client by the name of its package, set up as its documentation says. */
export const caches: Record<string, () => Cache> = {
  "@entity-tag/client": ours,
  undici: undiciCache,
  got: gotCache,
  "axios-cache-interceptor": axiosCache,
};

function ours(): Cache {
  return conditionalFetch({ fresh: rfc9111() });
}

function undiciCache(): Cache {
  const dispatcher = new undici.Agent().compose(undici.interceptors.cache({ type: "private" }));
  return async (url, init = {}) => {
    const response = await undici.fetch(url, { ...init, dispatcher });
    const headers = new Headers([...response.headers]);
    return { status: response.status, headers, text: () => response.text() };
  };
}

function gotCache(): Cache {
  const client = got.extend({
    cache: new Map(),
    cacheOptions: { shared: false },
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  return async (url, { method = "GET", headers = [], body } = {}) => {
    const fields = Object.groupBy(headers, ([name]) => name.toLowerCase());
    const response = await client(url, {
      method: method as Method,
      headers: Object.fromEntries(
        Object.entries(fields).map(([name, lines = []]) => [name, lines.map(([, value]) => value)]),
      ),
      ...(body !== undefined && { body }),
    });
    return answer(response.statusCode, response.headers, response.body);
  };
}

function axiosCache(): Cache {
  const client = setupCache(axios.create(), { etag: true, modifiedSince: true, interpretHeader: true });
  return async (url, { method = "GET", headers = [], body } = {}) => {
    const { status, data, ...response } = await client.request({
      url,
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body !== undefined && { data: body }),
      responseType: "text",
      transformResponse: (text) => text,
      validateStatus: () => true,
    });
    return answer(status, { ...response.headers } as Record<string, string | string[]>, data);
  };
}

/** Not a Response, because the tests use statuses that a Response cannot have. */
function answer(status: number, fields: Record<string, string | string[] | undefined>, text: string): Answer {
  const headers = new Headers();
  for (const [name, value = []] of Object.entries(fields))
    for (const line of [value].flat()) headers.append(name, line);
  return { status, headers, text: async () => text };
}
