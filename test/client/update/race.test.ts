import { AmbiguousWriteError, create, read, stamped, type UpdateOptions, update } from "@entity-tag/client";
import { resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultyProxy } from "../../store/race/faulty-proxy.ts";
import { documentServer } from "./document-server.ts";
import { serveFetch } from "./serve-fetch.ts";

interface Ledger {
  /** One entry for each update that was made. */
  made: string[];
}

const clients = 64;
const updates = 20;
/** In front of a server, it drops one answer in ten after the server has done what was asked. */
const dropping = (target: string) =>
  faultyProxy(target, () => (Math.random() < 0.1 ? "lose answer" : "pass"), 0);

const closers: (() => void)[] = [];
afterAll(() => closers.forEach((close) => void close()));

async function plainServer(): Promise<string> {
  const server = await documentServer({ made: [] });
  const proxy = await dropping(server.url);
  closers.push(proxy.close, server.close);
  return `http://${proxy.host}/document`;
}

/** What each of the clients was told about each of its updates, and what was made in the end. */
async function race(url: string, options: UpdateOptions<Ledger>, stamp = false) {
  const acknowledged: string[] = [];
  const ambiguous: string[] = [];
  const compete = async (client: number) => {
    for (let nth = 0; nth < updates; nth++) {
      const id = `${client}:${nth}`;
      const recipe = ({ made, ...rest }: Ledger) => ({ ...rest, made: [...made, id] });
      const outcome = update<Ledger>(url, stamp ? stamped(recipe) : recipe, { maxAttempts: 64, ...options });
      await outcome.then(
        () => acknowledged.push(id),
        (error) => {
          if (!(error instanceof AmbiguousWriteError)) throw error;
          ambiguous.push(id);
        },
      );
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => compete(client)));
  const { value } = await read<Ledger>(url);
  return { acknowledged, ambiguous, made: value.made };
}

describe(`${clients} clients × ${updates} updates through a proxy that drops one answer in ten after the commit`, () => {
  it("a server without a ledger: never twice, and each acknowledged one is there", {
    timeout: 120_000,
  }, async () => {
    const { acknowledged, ambiguous, made } = await race(await plainServer(), {});
    expect(new Set(made).size).toBe(made.length);
    expect(acknowledged.filter((id) => !made.includes(id))).toEqual([]);
    expect(acknowledged.length + ambiguous.length).toBe(clients * updates);
  });

  it("stamped: exactly once on a server without a ledger", { timeout: 120_000 }, async () => {
    const { acknowledged, ambiguous, made } = await race(await plainServer(), {}, true);
    expect(ambiguous).toEqual([]);
    expect(acknowledged).toHaveLength(clients * updates);
    expect(made.toSorted()).toEqual(acknowledged.toSorted());
  });
});

describe("with an idempotencyKey, against resource()", () => {
  let url: string;
  let keeps = false;
  beforeAll(async () => {
    const server = await serveFetch(resource<Ledger>(memoryStore<Ledger>()));
    const proxy = await dropping(server.url);
    closers.push(proxy.close, server.close);
    url = `http://${proxy.host}/ledger`;
    const { response } = await create<Ledger>(`${server.url}/ledger`, { made: [] }, { idempotencyKey: true });
    keeps = response.headers.has("Idempotency-Ledger");
  });

  it("each is made exactly once", { timeout: 120_000 }, async (context) => {
    if (!keeps)
      return context.skip("this store keeps no ledger of keys: its answers have no Idempotency-Ledger");
    const { acknowledged, ambiguous, made } = await race(url, { idempotencyKey: true });
    expect(ambiguous).toEqual([]);
    expect(acknowledged).toHaveLength(clients * updates);
    expect(made.toSorted()).toEqual(acknowledged.toSorted());
  });
});
