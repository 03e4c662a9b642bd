type Handler = (request: Request) => Promise<Response>;

/** Who answers: one handler for GET, another for PUT, and a page that is there. */
export interface Answering {
  name: string;
  get: Handler;
  put: Handler;
  key: string;
  tag: string;
}

const JSON_TYPE = "application/json";
const SENT = '{ "content": "as it was sent" }';

/** The requests that both must answer alike. `tag` is the current one. */
const requests: Record<string, (tag: string) => RequestInit> = {
  "a read": () => ({}),
  "a read of a known version": (tag) => ({ headers: { "If-None-Match": `"other", W/${tag}` } }),
  "a read of another version": () => ({ headers: { "If-None-Match": '"other"' } }),
  "a write without a condition": () => put({}),
  "a write on an old version": () => put({ "If-Match": '"old"' }),
  "a write with a weak tag": (tag) => put({ "If-Match": `W/${tag}` }),
  "a write of something that is there": () => put({ "If-None-Match": "*" }),
  "a write that is not JSON": (tag) => put({ "If-Match": tag }, "{"),
  "a write that is not UTF-8": (tag) => put({ "If-Match": tag }, Uint8Array.of(34, 255, 34)),
  "a write of another type": (tag) => put({ "If-Match": tag, "Content-Type": "text/plain" }),
  "a write of a part": (tag) => put({ "If-Match": tag, "Content-Range": "bytes 0-1/2" }),
  "a write that is too long": (tag) => put({ "If-Match": tag }, `"${"x".repeat(1024 * 1024)}"`),
  "a write on one of two versions": (tag) => put({ "If-Match": `"old", ${tag}` }),
};

function put(headers: Record<string, string>, body: BodyInit = SENT): RequestInit {
  return { method: "PUT", headers: { "Content-Type": JSON_TYPE, ...headers }, body };
}

/**
 * Asks both the same, and throws if their answers differ. A handler that does less would be faster, and the comparison
 * would not be fair.
 */
export async function checkAgreement(one: Answering, other: Answering): Promise<void> {
  for (const [title, init] of Object.entries(requests)) {
    const [a, b] = [await answerOf(one, init), await answerOf(other, init)];
    if (a !== b) throw new Error(`${title}: ${one.name} answers ${a}, and ${other.name} answers ${b}`);
  }
  for (const each of [one, other]) {
    const text = await (await each.get(new Request(`http://localhost${each.key}`))).text();
    if (text !== SENT) throw new Error(`${each.name} does not keep the octets: ${text}`);
  }
}

/** The parts of an answer that a client can see, except the version and the time, which always differ. */
async function answerOf(asked: Answering, init: (tag: string) => RequestInit): Promise<string> {
  const request = new Request(`http://localhost${asked.key}`, init(asked.tag));
  const response = await asked[request.method === "PUT" ? "put" : "get"](request);
  const { status, headers } = response;
  const etag = headers.get("ETag");
  const current = (await asked.get(new Request(request.url))).headers.get("ETag");
  asked.tag = current!;
  const hasTime = !Number.isNaN(Date.parse(headers.get("Last-Modified") ?? ""));
  const fields = ["Content-Type", "Content-Length", "Cache-Control"].map((name) => headers.get(name));
  const content = status === 200 ? await response.text() : "";
  return JSON.stringify({ status, hasCurrentTag: etag === current, hasTime, fields, content });
}
