/** Bodies and answers that handlers may make, by name. Each must be sent as it is sent without this package. */
const bytes = (text: string) => new TextEncoder().encode(text);
const typed = { headers: { "Content-Type": "text/plain" } };
const later = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

const pulled = (parts: readonly unknown[], end?: (controller: ReadableStreamDefaultController) => void) => {
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      if (left.length > 0) controller.enqueue(left.shift());
      else (end ?? ((c) => c.close()))(controller);
    },
  });
};
const byteStream = (parts: readonly Uint8Array[]) => {
  const left = [...parts];
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const next = left.shift();
      if (next) return controller.enqueue(next.slice() as Uint8Array<ArrayBuffer>);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
};
const shared = bytes("shared bytes");
/** "coded coded coded coded", by gzip. */
const coded = Uint8Array.from(atob("H4sIAAAAAAACA0vOT0lNUUhGJwHMgRkeFwAAAA=="), (octet) =>
  octet.charCodeAt(0),
);
const withCookies = (body: string | null, status: number) => {
  const headers = new Headers({ "X-Own": "kept", Vary: "Accept" });
  headers.append("Set-Cookie", "a=1");
  headers.append("Set-Cookie", "b=2; Path=/");
  return new Response(body, { status, headers });
};

type Handler = (request: Request) => Response | Promise<Response>;

export const answers: Record<string, Handler> = {
  string: () => new Response("a string"),
  "empty string": () => new Response(""),
  "string with a length": () => new Response("a string", { headers: { "Content-Length": "8" } }),
  "no body": () => new Response(null),
  json: () => Response.json({ a: 1 }),
  blob: () => new Response(new Blob(["a blob"], { type: "text/x-blob" })),
  "blob without a type": () => new Response(new Blob(["a blob"])),
  "form data": () => {
    const form = new FormData();
    form.append("a", "b");
    return new Response(form);
  },
  "form data with a tag": () => {
    const form = new FormData();
    form.append("a", "b");
    return new Response(form, { headers: { ETag: '"form"' } });
  },
  "form data with a file": () => {
    const form = new FormData();
    form.append("a", new File(["0123456789".repeat(10_000)], "file.txt"));
    return new Response(form);
  },
  "search params": () => new Response(new URLSearchParams({ a: "b c" })),
  "array buffer": () => new Response(bytes("a buffer").buffer),
  "data view": () => new Response(new DataView(bytes("0123456789").buffer, 2, 5)),
  "16-bit view": () => new Response(new Uint16Array([0x4142, 0x4344])),
  "shared bytes": () => new Response(shared),
  "stream in one": () => new Response(pulled([bytes("one")]), typed),
  "stream in many": () => new Response(pulled(Array.from({ length: 40 }, (_, i) => bytes(`${i},`))), typed),
  "stream of nothing": () => new Response(pulled([]), typed),
  "stream of empty chunks": () => new Response(pulled([bytes(""), bytes("a"), bytes("")]), typed),
  "stream without a type": () => new Response(pulled([bytes("one"), bytes("two")])),
  "stream of strings": () => new Response(pulled(["one", "two"]), typed),
  "stream of words": () =>
    new Response(pulled([bytes("one"), new Uint16Array([0x4142]), bytes("two")]), typed),
  "stream of a buffer": () => new Response(pulled([bytes("one"), bytes("two").buffer]), typed),
  "stream of numbers": () => new Response(pulled([bytes("one"), 2]), typed),
  "byte stream": () => new Response(byteStream([bytes("one"), bytes("two")]), typed),
  "stream that waits": () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(bytes("one"));
          await later();
          controller.enqueue(bytes("two"));
          controller.close();
        },
      }),
      typed,
    ),
  "stream that waits, with a length": () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          await later();
          controller.enqueue(bytes("onetwo"));
          controller.close();
        },
      }),
      { headers: { ...typed.headers, "Content-Length": "6" } },
    ),
  "stream that breaks at once": () =>
    new Response(
      pulled([], (controller) => controller.error(new Error("broken on purpose"))),
      typed,
    ),
  "stream that breaks": () =>
    new Response(
      pulled([bytes("one")], (controller) => controller.error(new Error("broken on purpose"))),
      typed,
    ),
  "stream that breaks later, with a length": () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(bytes("one"));
          await later();
          controller.error(new Error("broken on purpose"));
        },
      }),
      { headers: { ...typed.headers, "Content-Length": "6" } },
    ),
  "stream shorter than its length": () =>
    new Response(pulled([bytes("one")]), { headers: { ...typed.headers, "Content-Length": "6" } }),
  "stream longer than its length": () =>
    new Response(pulled([bytes("onetwo")]), { headers: { ...typed.headers, "Content-Length": "3" } }),
  "transformed stream": () =>
    new Response(pulled(["one", "two"]).pipeThrough(new TextEncoderStream()), typed),
  fetched: ({ url }) => fetch(new URL("/alone/stream%20that%20waits", url)),
  coded: () => new Response(coded, { headers: { ...typed.headers, "Content-Encoding": "gzip" } }),
  "coded, with a tag": () =>
    new Response(coded, { headers: { ...typed.headers, "Content-Encoding": "gzip", ETag: '"coded"' } }),
  "fetched, coded": ({ url, method }) => fetch(new URL("/alone/coded", url), { method }),
  "fetched, coded, with a tag": ({ url, method }) =>
    fetch(new URL("/alone/coded,%20with%20a%20tag", url), { method }),
  "immutable headers": () => fetch("data:text/plain,fetched"),
  redirect: () => Response.redirect("https://example.com/", 302),
  "an error": () => new Response("gone", { status: 500 }),
  cookies: () => withCookies("cookies", 200),
  "cookies, not found": () => withCookies("none", 404),
  "dated ahead": () =>
    new Response("ahead", { headers: { "Last-Modified": "Fri, 01 Jan 2100 00:00:00 GMT" } }),
  "no content": () => withCookies(null, 204),
  "reset content": () => new Response(null, { status: 205 }),
  "not modified": () => new Response(null, { status: 304, headers: { ETag: '"own"' } }),
  created: () => new Response("made", { status: 201 }),
  "own tag": () => new Response("tagged", { headers: { ETag: '"own"' } }),
  "own weak tag": () => new Response("tagged", { headers: { ETag: 'W/"own"' } }),
  "a wrong tag": () => new Response("tagged", { headers: { ETag: "own" } }),
  "a clone": () => new Response("cloned").clone(),
  "long text": () => new Response("0123456789".repeat(50_000)),
  "longer than maxBytes": () => new Response("0123456789".repeat(200_000), typed),
};

type Guard = (handler: Handler, options?: object) => (...given: never[]) => unknown;

/** Each answer alone, judged late, judged with a large `maxBytes`, and judged early. */
export function odd(conditional: Guard): Record<string, (...given: never[]) => unknown> {
  return Object.fromEntries(
    Object.entries(answers).flatMap(([name, answer]) => [
      [encodeURI(`/alone/${name}`), answer as (...given: never[]) => unknown],
      [encodeURI(`/late/${name}`), conditional(answer)],
      [encodeURI(`/large/${name}`), conditional(answer, { maxBytes: Number.MAX_SAFE_INTEGER })],
      [encodeURI(`/early/${name}`), conditional(answer, { current: () => ({ etag: '"v1"' }) })],
    ]),
  );
}
