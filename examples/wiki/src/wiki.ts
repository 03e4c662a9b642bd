import { problemDocument } from "@entity-tag/core/adapter";
import { keyBelow, resource, type VersionedStore } from "@entity-tag/store";
import { asset } from "./assets.ts";
import { eventStream, type Feed } from "./conversation/feed.ts";
import { recording } from "./conversation/record.ts";
import { readForm } from "./form.ts";
import { decodeName, nameProblem, pageUrl } from "./names.ts";
import * as reads from "./routes/read.ts";
import { redirect, show } from "./routes/respond.ts";
import { open, start } from "./routes/start.ts";
import { MAX_CONTENT, merge, remove, type Submission, save } from "./routes/write.ts";
import { isFormTag } from "./save.ts";
import type { Page, Storage } from "./storage.ts";
import { noticeView } from "./views/read.ts";

type Handler = (request: Request) => Promise<Response>;

/** A JSON string takes at most six octets for each character of the text. */
const MAX_BYTES = 6 * MAX_CONTENT;
/** A form takes at most nine octets for each character, and a few for its other fields. */
const MAX_FORM_BYTES = 9 * MAX_CONTENT + 16 * 1024;

/** The text that each form must bring. Without it, a form that broke off would empty the page. */
const TEXT_FIELDS: Record<string, string> = { "": "content", merge: "mine" };

const pageKey = keyBelow("/pages");

/**
 * The wiki, from a request to its response: documents at `/` and `/wiki/:name`, JSON at `/pages/:name`.
 *
 * A page changes only on a condition: `If-Match` with the tag that was read, or `If-None-Match: *` to create it. A
 * form carries its condition in a hidden field.
 */
export function wiki(storage: Storage, feed: Feed, processName: string): Handler {
  const json = resource(listedWithoutTexts(storage.pages), {
    // The forms cannot reach a page with another name, and its history could not be kept.
    key: (request) => {
      const key = pageKey(request);
      return typeof key === "string" && nameProblem(key) !== undefined ? null : key;
    },
    require: true,
    ifMatch: "weak", // A proxy that compresses makes the tag of a version weak. It still names that version.
    validate: isPage,
    maxBytes: MAX_BYTES,
  });
  const handle: Handler = async (request) => {
    try {
      const { pathname } = new URL(request.url);
      if (pathname === "/conversation") return conversation(feed, request);
      if (pathname === "/pages" || pathname.startsWith("/pages/")) return await json(asJson(request));
      return await document(storage, request, pathname);
    } catch (error) {
      return request.signal.aborted ? gone() : failed(error);
    }
  };
  return recording(async (request) => withoutSniffing(await handle(request)), feed, processName);
}

/** Forbids browsers to guess a type: a text must never run as a script. */
function withoutSniffing(response: Response): Response {
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

/** The list at `/pages` names each page with its version. A hundred texts would be many megabytes. */
function listedWithoutTexts(pages: VersionedStore<Page>): VersionedStore<Page> {
  return { ...pages, list: (prefix, options) => pages.list!(prefix, { ...options, values: false }) };
}

function conversation(feed: Feed, { method, signal }: Request): Response {
  if (method === "GET") return eventStream(feed, signal);
  const isHead = method === "HEAD";
  return new Response(null, { status: isHead ? 200 : 405, headers: isHead ? {} : { Allow: "GET, HEAD" } });
}

async function document(storage: Storage, request: Request, pathname: string): Promise<Response> {
  const [, area, segment, view, version] = pathname.split("/");
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && pathname === "/") return start(storage, request);
  if (isRead && pathname === "/open") return open(request);
  if (area !== "wiki" || !segment) return (isRead && (await asset(pathname))) || notFound();
  const name = decodeName(segment);
  const problem = nameProblem(name);
  if (problem)
    return show(
      { title: "No such name", body: noticeView("This cannot be a name", problem, "/", "To the start") },
      400,
    );
  if (request.method === "POST") return submit(storage, request, name, view);
  if (!isRead) return new Response(null, { status: 405, headers: { Allow: "GET, HEAD, POST" } });
  // An address typed by hand may have the name in another spelling: the tag belongs to one of them.
  if (pageUrl(name) !== `/wiki/${segment}`) return redirect(pageUrl(name, view));
  if (view === undefined) return reads.read(storage, name, request);
  if (view === "edit") return reads.edit(storage, name);
  if (view === "delete") return reads.confirmDelete(storage, name);
  if (view === "history" && version) return reads.revision(storage, name, decodeName(version));
  if (view === "history") return reads.history(storage, name);
  return notFound();
}

async function submit(storage: Storage, request: Request, name: string, view = ""): Promise<Response> {
  if (isFromElsewhere(request)) return refuse(403, "The form did not come from this wiki.");
  const form = await readForm(request, MAX_FORM_BYTES);
  if (form === "too long") return refuse(413, "The text is too long. Split the page.");
  const text = TEXT_FIELDS[view];
  if (form === undefined || (text && typeof form.get(text) !== "string"))
    return refuse(400, "The form cannot be read.");
  if (!isFormTag(String(form.get("tag") ?? ""))) return refuse(400, "The form names no version of the page.");
  const submission: Submission = { storage, name, url: request.url, form };
  if (view === "") return save(submission);
  if (view === "merge") return merge(submission);
  if (view === "delete") return remove(submission);
  return notFound();
}

/** A form on another site must not write here with the reader's browser. */
function isFromElsewhere(request: Request): boolean {
  const site = request.headers.get("Sec-Fetch-Site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = request.headers.get("Origin");
  // A sandboxed frame of another site sends "null".
  return origin !== null && URL.parse(origin)?.host !== request.headers.get("Host");
}

/** A page is `{ "content": "…" }`. A client may keep other members in it. */
function isPage(value: unknown): true | string {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && "content" in value && typeof value.content === "string") return true;
  return 'A page is a JSON object with its text in "content", as in { "content": "Hello" }.';
}

/** Reads every PUT as JSON: `curl -d` says that it sends a form, and `fetch` that it sends text. */
function asJson(request: Request): Request {
  if (request.method !== "PUT") return request;
  const headers = new Headers(request.headers);
  headers.set("Content-Type", "application/json");
  const { url, method, body, signal } = request;
  return new Request(url, { method, headers, body, signal, duplex: "half" } as RequestInit);
}

function notFound(): Promise<Response> {
  return show(
    { title: "Not found", body: noticeView("Not found", "Nothing is at this address.", "/", "To the start") },
    404,
  );
}

function refuse(status: number, text: string): Promise<Response> {
  return show({ title: "Refused", body: noticeView("Refused", text, "/", "To the start") }, status);
}

/** The storage failed. The write may have happened or not, so the answer claims neither. */
function failed(error: unknown): Response {
  if (hasLeft(error)) return problem(400, "The content broke off.");
  console.error(error);
  return problem(503, "The storage did not answer. Read the page to see what it is now.");
}

/** Whether the client left while it was still sending. Then nothing was written, so there is no failure to report. */
function hasLeft(error: unknown): boolean {
  return (
    error instanceof Error && error.message === "aborted" && "code" in error && error.code === "ECONNRESET"
  );
}

/** The client left before its write was done, so nobody reads this answer. The page shows the outcome. */
function gone(): Response {
  return problem(503, "The client left before the answer.");
}

function problem(status: number, detail: string): Response {
  const body = JSON.stringify(problemDocument(status, detail));
  return new Response(body, { status, headers: { "Content-Type": "application/problem+json" } });
}
