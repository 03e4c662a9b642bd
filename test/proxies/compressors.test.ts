import { afterEach, describe, expect, it } from "vitest";
import { type Answer, ask, GZIP, save } from "./ask.ts";
import { compressors, type Serve } from "./compressors.ts";
import { rowOf } from "./guide.ts";
import type { Settings } from "./origin.ts";

const stops: (() => unknown)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

async function urlOf(serve: Serve, settings: Settings, isOurs: boolean): Promise<string> {
  const { url, stop } = await serve(settings, isOurs);
  stops.push(stop);
  return `${url}/pages/home`;
}

it.each(["Express compression", "@fastify/compress", "koa-compress", "Hono's compress"])(
  "the guide has a row for %s",
  (name) => {
    expect(rowOf(name)[2]).toBe(name.startsWith("Hono") ? '`ifMatch: "weak"`' : "nothing");
  },
);

const { "Hono's compress": hono, ...judgedHere } = compressors;

describe.each(Object.entries(judgedHere))("%s", (_, serve) => {
  it("the layer needs no setting: a gzip client gets a 304 with the tag of its 200, and saves with that tag", async () => {
    const url = await urlOf(serve, {}, true);
    await expectToSave(url, '"v1-gzip"');
  });

  it("without our layer, two codings have the same strong tag", async () => {
    const url = await urlOf(serve, {}, false);
    const coded = await ask(url, "GET", GZIP);
    const plain = await ask(url, "GET");
    expect([coded.headers["content-encoding"], plain.headers["content-encoding"]]).toEqual([
      "gzip",
      undefined,
    ]);
    expect(coded.headers.etag).toBe(plain.headers.etag);
    expect(coded.headers.etag).toMatch(/^"/);
  });
});

describe("Hono's compress", () => {
  it('Hono\'s compress makes the tag weak, and with ifMatch: "weak" a gzip client gets its 304 and saves', async () => {
    await expectToSave(await urlOf(hono!, { ifMatch: "weak" }, true), 'W/"v1"');
  });

  it('without ifMatch: "weak", a gzip client can never save', async () => {
    const url = await urlOf(hono!, {}, true);
    const saved = await save(url, tagOf(await ask(url, "GET", GZIP)), "b");
    expect(saved.status).toBe(412);
    expect(saved.text).toContain("but weak");
  });
});

const tagOf = ({ headers }: Answer) => headers.etag!;

async function expectToSave(url: string, form: string): Promise<void> {
  const first = await ask(url, "GET", GZIP);
  const seen = tagOf(first);
  expect([first.status, first.headers["content-encoding"]]).toEqual([200, "gzip"]);
  expect(seen.replace(/[\w-]+?(-gzip)?"$/, 'v1$1"')).toBe(form);
  const again = await ask(url, "GET", { ...GZIP, "If-None-Match": seen });
  expect([again.status, again.text]).toEqual([304, ""]);
  if (!seen.startsWith("W/")) expect(tagOf(again)).toBe(seen);
  const saved = await save(url, seen, "b");
  expect(saved.status, saved.text).toBe(204);
  expect((await ask(url, "GET", GZIP)).text.slice(0, 15)).toBe('{"content":"bbb');
  expect((await save(url, seen, "c")).status).toBe(412);
}
