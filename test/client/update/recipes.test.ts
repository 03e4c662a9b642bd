import { type Snapshot, stamped, type UpdateOptions, update } from "@entity-tag/client";
import { afterEach, describe, expect, it } from "vitest";
import { type Behaviour, type DocumentServer, documentServer } from "./document-server.ts";

interface Page {
  title: string;
  tags: string[];
  author?: { name: string };
  visits?: number;
}

let server: DocumentServer;
afterEach(() => server.close());

const PAGE = { title: "Home", tags: ["b", "a"], author: { name: "Ann" } };
const serve = async (behaviour?: Behaviour) => {
  server = await documentServer(PAGE, behaviour);
};
const refusing = (times: number): Behaviour => ({
  fault: ({ method, nth }, it) =>
    void (method === "PUT" && nth <= times && it.write({ ...PAGE, title: `Other ${nth}` })),
});
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );
const opened = (): Snapshot<Page> => ({ url: server.url, value: structuredClone(PAGE), etag: '"v1"' });

describe("a recipe that changes its argument and returns nothing", () => {
  const changes: [name: string, (page: Page) => unknown][] = [
    ["sets a member", (page) => Object.assign(page, { title: "x" })],
    ["adds a member", (page) => Object.assign(page, { visits: 1 })],
    ["adds null", (page) => Object.assign(page, { deleted: null })],
    ["deletes a member", (page) => delete page.author],
    ["sets a member of a member", (page) => Object.assign(page.author!, { name: "Bob" })],
    ["adds to a list", (page) => page.tags.push("c")],
    ["sorts a list", (page) => page.tags.sort()],
  ];

  it.each(changes)("is a TypeError, and nothing is written: it %s", async (_, change) => {
    await serve();
    const recipe = (page: Page) => void change(page) as undefined;
    const error = await failure(update<Page>(server.url, recipe));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe(
      "update(): the recipe changed its argument and returned nothing: return the value to write",
    );
    const snapshot = opened();
    expect(await failure(update(snapshot, recipe))).toBeInstanceOf(TypeError);
    expect(snapshot).toEqual(opened());
    expect(server.methods()).toEqual(["GET"]);
  });

  const setsTitle = (page: Page) => {
    page.title = "x";
    return undefined;
  };

  it("is a TypeError when it is asynchronous, stamped or used with PATCH", async () => {
    await serve();
    const later = async (page: Page) => setsTitle(page);
    for (const recipe of [later, stamped(later)]) {
      expect(await failure(update(server.url, recipe))).toBeInstanceOf(TypeError);
    }
    expect(await failure(update(server.url, later, { method: "PATCH" }))).toBeInstanceOf(TypeError);
    expect(server.methods()).toEqual(["GET", "GET", "GET"]);
  });

  it("is a TypeError in a later run, too", async () => {
    await serve(refusing(1));
    const second = (page: Page, { attempt }: { attempt: number }) =>
      attempt === 1 ? { ...page, title: "x" } : setsTitle(page);
    expect(await failure(update(server.url, second, { backoff: () => 1 }))).toBeInstanceOf(TypeError);
    expect(server.value).toMatchObject({ title: "Other 1" });
  });

  class Article {
    declare title: string;
    visits = 1n;
    constructor(members: Page) {
      Object.assign(this, members);
    }
    rename() {
      this.title = "x";
    }
  }
  const decode = async (response: Response) => new Article(await response.json());

  it("is a TypeError when its argument is an object of a class", async () => {
    await serve();
    const rename = (article: Article) => void article.rename();
    expect(await failure(update<Article>(server.url, rename as () => undefined, { decode }))).toBeInstanceOf(
      TypeError,
    );
  });
});

describe("a recipe that changes nothing and returns nothing", () => {
  it("is unchanged, also if it undoes its change", async () => {
    await serve();
    const recipe = (page: Page) => {
      page.title = "x";
      page.title = "Home";
      return undefined;
    };
    expect(await update<Page>(server.url, recipe)).toMatchObject({ status: "unchanged", value: PAGE });
    expect(await update(opened(), recipe)).toMatchObject({ status: "unchanged", value: PAGE });
  });

  const cyclic = () => {
    const page: { self?: unknown } = {};
    return Object.assign(page, { self: page });
  };
  const decodings: [name: string, () => unknown][] = [
    ["a text", () => "Hello"],
    ["NaN", () => Number.NaN],
    ["a Map", () => new Map([["a", 1]])],
    ["five million octets", () => new Uint8Array(5e6)],
    ["an object that contains itself", cyclic],
    ["an object with a function", () => ({ save: () => {} })],
    ["an object with the time", () => ({ readAt: performance.now() })],
    ["an object with the time in milliseconds", () => ({ readAt: Date.now() })],
  ];

  it.each(decodings)("is unchanged when its argument is %s", async (_, decoded) => {
    await serve();
    const slow = () => new Promise<undefined>((resolve) => setTimeout(resolve, 3));
    const options: UpdateOptions = { decode: decoded };
    expect(await update(server.url, slow, options)).toMatchObject({ status: "unchanged", attempts: 0 });
    const snapshot = { url: server.url, value: decoded(), etag: '"v1"' };
    expect(await update(snapshot, slow)).toMatchObject({ status: "unchanged", attempts: 0 });
  });
});

describe("a recipe that changes its arguments and returns one of them", () => {
  const soon = { backoff: () => 1, maxAttempts: 3 };

  it.each(["a url", "a Snapshot"])("leaves base, mine and latest as they were, from %s", async (from) => {
    await serve(refusing(3));
    const runs: unknown[] = [];
    const inPlace = (page: Page, { base, mine }: { base: Page | undefined; mine: Page | undefined }) => {
      runs.push([page.title, base?.title, mine?.title]);
      for (const one of [page, base, mine]) if (one) one.title += "!";
      return mine ?? page;
    };
    const error = await failure(update(from === "a url" ? server.url : opened(), inPlace, soon));
    expect(runs).toEqual([
      ["Home", undefined, undefined],
      ["Other 1", "Home", "Home!"],
      ["Other 2", "Other 1", "Home!!"],
    ]);
    expect(error).toMatchObject({ name: "ConflictError", base: PAGE, mine: { title: "Home!" } });
    expect(error).toMatchObject({ latest: { title: "Other 2" }, snapshot: { value: { title: "Other 2" } } });
  });

  it("leaves the caller's Snapshot as it was, so that the call can be repeated", async () => {
    await serve({
      fault: ({ method, nth }) => (method === "PUT" && nth === 1 ? { status: 500 } : undefined),
    });
    const snapshot = { ...opened(), value: { ...PAGE, visits: 1 } };
    const visit = (page: typeof snapshot.value) => {
      page.visits++;
      return page;
    };
    expect(await failure(update(snapshot, visit))).toMatchObject({ status: 500 });
    expect((await update(snapshot, visit)).value.visits).toBe(2);
  });

  it("removes under PATCH what it deletes, in its argument or in the caller's Snapshot", async () => {
    await serve();
    const first = opened();
    const second = await update(
      first,
      (page) => {
        delete page.author;
        return page;
      },
      { method: "PATCH" },
    );
    expect(server.log[0]!.body).toBe('{"author":null}');
    await update(
      second,
      () => {
        delete (second.value as Partial<Page>).title;
        return second.value;
      },
      { method: "PATCH" },
    );
    expect(server.log[1]!.body).toBe('{"title":null}');
  });
});

it("a recipe gets a value and a base of a Snapshot that still have their methods", async () => {
  await serve(refusing(1));
  class Article {
    at = new Date(0);
    upper() {
      return "HOME";
    }
  }
  const snapshot: Snapshot<{ article: Article; marks: Map<string, number> }> = {
    url: server.url,
    value: { article: new Article(), marks: new Map([["a", 1]]) },
    etag: '"v1"',
  };
  const seen: unknown[] = [];
  await update(
    snapshot,
    (current, { base }) => {
      seen.push(current.article?.upper(), base?.article.upper(), base?.marks.get("a"));
      current.marks?.clear();
      return current;
    },
    { encode: (value) => JSON.stringify(value), backoff: () => 1 },
  );
  expect(seen).toEqual(["HOME", undefined, undefined, undefined, "HOME", 1]);
});
