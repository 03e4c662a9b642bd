import { create, stamped, update } from "@entity-tag/client";
import { resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainServer } from "./plain-server.ts";

interface Document {
  made: string[];
  _operations?: string[];
}

type Handler = (request: Request) => Promise<Response>;
type Fate = "pass" | "lose request" | "lose answer" | "bad gateway" | "late copy";

const url = "http://localhost/document";
/** The number of random walks. Set WALKS for more. */
const walks = Number(process.env.WALKS ?? 150);
const timeout = 60_000 + 100 * walks;
const fates = fc.array(
  fc.constantFrom<Fate>("pass", "pass", "pass", "lose request", "lose answer", "bad gateway", "late copy"),
  { maxLength: 12 },
);

const plain = (): Handler => plainServer({ made: [] }).answer;

/**
 * A network in which the scheduler decides when a message arrives, and a fate decides whether it does. A late copy
 * arrives once more, at any later time.
 */
function network(handler: Handler, scheduler: fc.Scheduler, fates: Fate[]): typeof fetch {
  const left = [...fates];
  return async (input, init) => {
    const request = new Request(input, init as RequestInit);
    const fate = request.method === "GET" ? "pass" : (left.shift() ?? "pass");
    const copy = request.clone();
    await scheduler.schedule(Promise.resolve(), `${request.method} arrives (${fate})`);
    if (fate === "lose request") throw new TypeError("the request was lost");
    if (fate === "late copy")
      void scheduler.schedule(Promise.resolve(), "a late copy").then(() => handler(copy));
    const response = await handler(request);
    await scheduler.schedule(Promise.resolve(), `${response.status} arrives`);
    if (fate === "bad gateway") return new Response(null, { status: 502 });
    if (fate === "lose answer" || fate === "late copy") throw new TypeError("the answer was lost");
    return response;
  };
}

/** Two or three clients append their own ids. The answers to each are compared with the document in the end. */
async function walk(
  handler: Handler,
  scheduler: fc.Scheduler,
  given: Fate[][],
  options: { idempotencyKey?: true },
  wrap: typeof stamped = (recipe) => recipe,
) {
  const told = new Map<string, string>();
  const client = async (name: number, fates: Fate[]) => {
    const fetch = network(handler, scheduler, fates);
    for (let nth = 0; nth < 2; nth++) {
      const id = `${name}:${nth}`;
      const recipe = wrap<Document>((it) => ({ ...it, made: [...it.made, id] }));
      const done = update<Document>(url, recipe, { fetch, backoff: () => 0, maxAttempts: 64, ...options });
      told.set(
        id,
        await done.then(
          () => "made",
          (error: Error) => error.name,
        ),
      );
    }
  };
  await scheduler.waitFor(Promise.all(given.map((fates, name) => client(name, fates))));
  await scheduler.waitIdle();
  const { made } = (await (await handler(new Request(url))).json()) as Document;
  return { told, times: (id: string) => made.filter((one) => one === id).length };
}

const property = (
  server: () => Promise<Handler> | Handler,
  options: { idempotencyKey?: true },
  wrap: typeof stamped | undefined,
  law: (outcome: string, times: number) => boolean,
) =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fates, { minLength: 2, maxLength: 3 }),
      async (scheduler, given) => {
        const { told, times } = await walk(await server(), scheduler, given, options, wrap);
        for (const [id, outcome] of told)
          expect(law(outcome, times(id)), `${id} ${outcome} ${times(id)}`).toBe(true);
      },
    ),
    { numRuns: walks },
  );

/** An acknowledged write is made once, a conflict is not made, and an ambiguous write is made at most once. */
const neverTwice = (outcome: string, times: number) =>
  outcome === "made"
    ? times === 1
    : outcome === "ConflictError"
      ? times === 0
      : outcome === "AmbiguousWriteError" && times <= 1;

describe("random walks of clients, a network and a server, step by step", () => {
  it(
    "update against a server without a ledger is never made twice, and never falsely acknowledged",
    { timeout },
    () => property(plain, {}, undefined, neverTwice),
  );

  it(
    "a stamped update against a server without a ledger is never made twice, and never falsely acknowledged",
    { timeout },
    () => property(plain, {}, stamped, neverTwice),
  );

  it("an update with keys against a server without a ledger is never made twice", { timeout }, () =>
    property(plain, { idempotencyKey: true }, undefined, neverTwice),
  );

  it("an update with keys against resource() is made exactly once", { timeout }, async () => {
    const server = async () => {
      const handler = resource<Document>(memoryStore<Document>());
      await create<Document>(
        url,
        { made: [] },
        { fetch: (input, init) => handler(new Request(input, init as RequestInit)) },
      );
      return handler;
    };
    await property(
      server,
      { idempotencyKey: true },
      undefined,
      (outcome, times) => outcome === "made" && times === 1,
    );
  });

  it("create tells at most one client that it created, and overwrites nothing", { timeout }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fates, { minLength: 2, maxLength: 3 }),
        async (scheduler, given) => {
          const handler = resource<{ by: number }>(memoryStore<{ by: number }>());
          const outcomes = Promise.all(
            given.map((fates, by) =>
              create(url, { by }, { fetch: network(handler, scheduler, fates), backoff: () => 0 }).then(
                () => "created",
                (error: Error) => error.name,
              ),
            ),
          );
          const told = await scheduler.waitFor(outcomes);
          await scheduler.waitIdle();
          const { by } = (await (await handler(new Request(url))).json()) as { by: number };
          for (const [name, outcome] of told.entries()) {
            if (outcome === "created") expect(by).toBe(name);
            else if (outcome === "AlreadyExistsError") expect(by).not.toBe(name);
            else expect(outcome).toBe("AmbiguousWriteError");
          }
        },
      ),
      { numRuns: walks },
    ),
  );
});

/** A client that treats a 412 to a resend as a conflict, as most clients do, breaks the laws. */
describe("the laws can fail", () => {
  it("the laws fail for a loop that sends a lost write again and runs its recipe again after a 412", {
    timeout,
  }, async () => {
    const naive = async (fetch: typeof globalThis.fetch, id: string): Promise<void> => {
      for (;;) {
        const current = await fetch(url);
        const { made } = (await current.json()) as Document;
        const init = { method: "PUT", headers: { "If-Match": current.headers.get("ETag")! } };
        const send = () => fetch(url, { ...init, body: JSON.stringify({ made: [...made, id] }) });
        const answer = await send()
          .catch(send)
          .catch(() => undefined);
        if (answer?.ok) return;
      }
    };
    const found = fc.check(
      fc.asyncProperty(fc.scheduler(), fates, async (scheduler, fates) => {
        const handler = plain();
        await scheduler.waitFor(naive(network(handler, scheduler, fates), "a"));
        const { made } = (await (await handler(new Request(url))).json()) as Document;
        return made.length === 1;
      }),
    );
    expect((await found).failed).toBe(true);
  });
});
