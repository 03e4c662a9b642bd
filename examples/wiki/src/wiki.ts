import { readFileSync } from "node:fs";
import { contentTag } from "@entity-tag/core";
import { conditional } from "@entity-tag/core/fetch";
import { keyBelow, resource, type VersionedStore } from "@entity-tag/store";
import type { Page } from "./storage.ts";

const EDITOR = readFileSync(new URL("./editor.html", import.meta.url));
const MAX_BYTES = 256 * 1024;

/**
 * The wiki, from a request to its response: an editor at `/`, the pages at `/pages/:name`, all of them at `/pages`.
 *
 * A page changes only on a condition: `If-Match` with the tag that was read, or `If-None-Match: *` to create it.
 */
export async function wiki(pages: VersionedStore<Page>): Promise<(request: Request) => Promise<Response>> {
  const editor = await editorPage();
  const handlePages = resource(pages, {
    key: keyBelow("/pages"),
    policy: { require: true },
    validate: isPage,
    maxBytes: MAX_BYTES,
  });
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return editor(request);
    try {
      return await handlePages(asJson(request));
    } catch (error) {
      if (hasLeft(error)) return problem(400, "Bad Request", "The content broke off.");
      // A write may have happened or not: nobody knows, and the client must not be told otherwise.
      console.error(error);
      return problem(
        503,
        "Service Unavailable",
        "The storage did not answer. Read the page to see what it is now.",
      );
    }
  };
}

async function editorPage(): Promise<(request: Request) => Promise<Response>> {
  const tag = await contentTag(EDITOR);
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache" };
  const show = conditional(() => new Response(EDITOR, { headers }), { tag: () => tag });
  return async (request) => {
    if (request.method === "GET" || request.method === "HEAD") return show(request);
    return problem(405, "Method Not Allowed", "The editor is only shown.", { Allow: "GET, HEAD" });
  };
}

/** Whether the client went away while it still sent: nothing has happened, and there is nothing to report. */
function hasLeft(error: unknown): boolean {
  return (
    error instanceof Error && error.message === "aborted" && "code" in error && error.code === "ECONNRESET"
  );
}

/** A page is `{ "content": "…" }`; what else a client keeps in it is its own affair. */
function isPage(value: unknown): true | string {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && "content" in value && typeof value.content === "string") return true;
  return 'A page is a JSON object with its text in "content", as in { "content": "Hello" }.';
}

/** The pages are JSON whatever a client calls them: `curl -d` says it sends a form, `fetch` that it sends text. */
function asJson(request: Request): Request {
  if (request.method !== "PUT") return request;
  const headers = new Headers(request.headers);
  headers.set("Content-Type", "application/json");
  const { url, method, body, signal } = request;
  return new Request(url, { method, headers, body, signal, duplex: "half" } as RequestInit);
}

function problem(status: number, title: string, detail: string, headers?: Record<string, string>): Response {
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  return new Response(body, { status, headers: { ...headers, "Content-Type": "application/problem+json" } });
}
