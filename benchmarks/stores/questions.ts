import { mutate, resource, type VersionedStore } from "@entity-tag/store";
import type { Role } from "../contenders/contender.ts";
import { checkAgreement } from "./agreement.ts";
import { changed, handlersByHand } from "./by-hand.ts";
import { type Driver, memberKey, type Opened, type Page, page, type Statements } from "./opened.ts";

/** A client with its own page, so that no other client changes its version. */
export interface Client {
  key: string;
  tag: string;
  /** How many requests it has sent under a key. */
  sent: number;
}

/** One step of one client. It throws when the result is wrong. */
export type Step = (client: Client) => Promise<void>;

/** One way to answer a question. */
export interface StoreContender {
  name: string;
  role: Role;
  step: Step;
  /** Creates the page of a client, and returns its tag. */
  create(key: string, value: Page): Promise<string>;
}

export interface Question {
  name: string;
  contenders: StoreContender[];
  /** The page of each client. Default: 1 kB. */
  value?: Page;
  /** How many clients ask at once. Default: 16. */
  clients?: number;
  /** True when all clients write to one page. */
  onOneKey?: boolean;
}

type Handler = (request: Request) => Promise<Response>;

/** Asks both contenders the same requests, and throws where their answers differ. */
export async function askBoth({ name }: Driver, { store, statements }: Opened): Promise<void> {
  const [ours, byHand] = contendersOf(store, statements);
  const key = `/agreement-${name.replace(/\W+/g, "-")}`;
  await checkAgreement(
    {
      name: "resource",
      get: ours.get,
      put: ours.get,
      key: `${key}-1`,
      tag: await ours.create(`${key}-1`, page),
    },
    { ...byHand, key: `${key}-2`, tag: await byHand.create(`${key}-2`, page) },
  );
}

/** The small questions, which each driver is asked. */
export function questionsTo({ name }: Driver, { store, statements }: Opened): Question[] {
  const [ours, byHand] = contendersOf(store, statements);
  const question = (title: string, contenders: StoreContender[]): Question => ({
    name: `${name}: ${title}`,
    contenders,
  });
  return [
    question("GET", [
      { ...ours, name: "resource", step: getting(ours.get) },
      { ...byHand, step: getting(byHand.get) },
    ]),
    question("a 304", [
      { ...ours, name: "resource", step: revalidating(ours.get) },
      { ...byHand, step: revalidating(byHand.get) },
    ]),
    question("PUT with If-Match", [
      { ...ours, name: "resource", step: putting(ours.get) },
      { ...ours, name: "resource, with a key", step: putting(ours.get, true) },
      { ...byHand, step: putting(byHand.put) },
    ]),
    question("a change of the value", [
      { ...ours, name: "mutate", step: changing(ours.change) },
      { ...ours, name: "mutate, with a key", step: changing(ours.change, true) },
      { ...byHand, step: changing(byHand.change) },
    ]),
  ];
}

/** A 304 of a large value, which by hand is not loaded, either. */
export function largeQuestion({ name }: Driver, { store, statements }: Opened, bytes: number): Question {
  const [ours, byHand] = contendersOf(store, statements);
  const size = bytes >= 1_000_000 ? `${bytes / 1_000_000} MB` : `${bytes / 1000} kB`;
  return {
    name: `${name}: a 304 of ${size}`,
    value: { content: "x".repeat(bytes - '{"content":""}'.length) },
    clients: 2,
    contenders: [
      { ...ours, name: "resource", step: revalidating(ours.get) },
      { ...byHand, step: revalidating(byHand.get) },
    ],
  };
}

/** A page of a hundred members, deep in a collection. */
export function collectionQuestion(
  { name }: Driver,
  { store, statements }: Opened,
  members: number,
): Question {
  const [ours, byHand] = contendersOf(store, statements);
  const [after, first] = [memberKey(members * 0.9), memberKey(members * 0.9 + 1)];
  const url = `http://localhost/many/?limit=100&cursor=${btoa(after)}`;
  const listing =
    (handler: Handler): Step =>
    async () => {
      const { items } = await (await handler(new Request(url))).json();
      if (items.length !== 100 || items[0].key !== first) throw new Error(`Another page: ${items[0]?.key}`);
    };
  return {
    name: `${name}: 100 of ${members.toLocaleString("en-US")} members`,
    clients: 2,
    contenders: [
      { ...ours, name: "resource", step: listing(ours.get) },
      { ...byHand, step: listing(byHand.list) },
    ],
  };
}

/** Many writers of one page. By hand, each tries until it wins. */
export function oneKeyQuestion({ name }: Driver, opened: Opened): Question {
  const { ours, byHand } = changersOf(opened);
  return { name: `${name}: 64 writers of one key`, clients: 64, onOneKey: true, contenders: [ours, byHand] };
}

/** Changes a value, however many do so at once. */
export function changersOf({ store, statements }: Opened): { ours: StoreContender; byHand: StoreContender } {
  const [ours, byHand] = contendersOf(store, statements);
  return {
    ours: { ...ours, name: "mutate", step: changing(ours.change) },
    byHand: { ...byHand, step: changing(byHand.change) },
  };
}

function contendersOf(store: VersionedStore<Page>, statements: Statements) {
  const handler = resource(store, { require: true });
  const change: Handler = (request) =>
    mutate(request, store, new URL(request.url).pathname, (value) => changed(value!));
  const create = async (key: string, value: Page) => {
    const swap = await store.swap(key, null, value);
    if (!swap.swapped) throw new Error(`There is a ${key} already`);
    return `"${swap.current!.version}"`;
  };
  const createByHand = async (key: string, value: Page) =>
    `"${await statements.create(key, JSON.stringify(value))}"`;
  const ours = { role: "ours" as const, create, get: handler, change };
  const byHand = { name: "by hand", role: "by hand" as const, create: createByHand };
  return [ours, { ...byHand, ...handlersByHand(statements) }] as const;
}

function getting(handler: Handler): Step {
  return async ({ key }) => {
    const response = await handler(new Request(`http://localhost${key}`));
    const { content } = await response.json();
    if (content !== page.content) throw new Error("Another page than the one that was stored");
  };
}

function revalidating(handler: Handler): Step {
  return async ({ key, tag }) => {
    const request = new Request(`http://localhost${key}`, { headers: { "If-None-Match": tag } });
    const { status } = await handler(request);
    if (status !== 304) throw new Error(`${status} instead of 304`);
  };
}

const body = JSON.stringify(page);

function putting(handler: Handler, withKey = false): Step {
  return async (client) => {
    const headers = { "If-Match": client.tag, "Content-Type": "application/json", ...keyOf(client, withKey) };
    const request = new Request(`http://localhost${client.key}`, { method: "PUT", headers, body });
    client.tag = tagOf(await handler(request));
  };
}

function changing(handler: Handler, withKey = false): Step {
  return async (client) => {
    const headers = keyOf(client, withKey);
    const request = new Request(`http://localhost${client.key}`, { method: "POST", headers });
    client.tag = tagOf(await handler(request));
  };
}

function keyOf(client: Client, withKey: boolean): Record<string, string> {
  return withKey ? { "Idempotency-Key": `"${client.key} ${client.sent++}"` } : {};
}

function tagOf({ status, headers }: Response): string {
  if (status !== 204) throw new Error(`${status} instead of 204`);
  return headers.get("ETag")!;
}
