import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTag } from "@entity-tag/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { apps, runtimes, type Server, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Both times lie in the same second, and are old enough for a strong tag. */
const [before, after] = [new Date(1_700_000_000_250), new Date(1_700_000_000_750)];
const date = "Tue, 14 Nov 2023 22:13:20 GMT";
const old = "0123456789";

const changes: Record<string, { content: string; change: (file: string, content: string) => void }> = {
  grows: { content: "0123456789abcdefghijABCDEFGHIJ", change: writeFileSync },
  shrinks: { content: "0123", change: writeFileSync },
  "is replaced": {
    content: "a new file, of another size",
    change: (file, content) => {
      writeFileSync(`${file}.new`, content);
      renameSync(`${file}.new`, file);
    },
  },
};
const byDisk = ["late", "late, with a type", "current", "a route", "a static route"];
const byItself = ["late, with a tag", "late, with a made tag", "late, with no tag", "core alone", "a hook"];

const folder = mkdtempSync(join(tmpdir(), "entity-tag-bun-files-"));
let server: Server;
beforeAll(async () => {
  for (const change of Object.keys(changes)) {
    for (const way of ["alone", ...byDisk, ...byItself]) write(change, way, old, before);
  }
  for (const name of ["by hand", "grew"]) {
    writeFileSync(join(folder, name), old);
    utimesSync(join(folder, name), before, before);
  }
  server = await start([...runtimes.bun, `${apps}/bun-files.ts`, folder, ...Object.keys(changes)]);
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true });
});

function write(change: string, way: string, content: string, time: Date): void {
  const file = join(folder, `${change} ${way}`);
  (content === old ? writeFileSync : changes[change]!.change)(file, content);
  utimesSync(file, time, time);
}

async function ask(change: string, way: string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://localhost:${server.port}/${encodeURI(`${change}/${way}`)}`, {
    headers,
  });
  return {
    status: response.status,
    body: await response.text(),
    length: response.headers.get("Content-Length"),
    range: response.headers.get("Content-Range"),
    etag: response.headers.get("ETag"),
  };
}

describe.each(Object.entries(changes))(
  "A Bun.file that is held in a constant and %s",
  (change, { content }) => {
    const whole = { status: 200, body: content, length: String(content.length), range: null };

    it.each(["alone", ...byItself, ...byDisk])("the file is sent as Bun alone sends it (%s)", async (way) => {
      expect((await ask(change, way)).body).toBe(old);
      // A body that is not sent, because the client has it, must not be changed either.
      await ask(change, way, { "If-None-Match": "*" });
      await ask(change, way, { "If-Match": '"v0"' });
      write(change, way, content, after);
      expect(await ask(change, way)).toMatchObject(whole);
      expect(await ask(change, way, { Range: "bytes=1-2" })).toMatchObject({
        status: 206,
        body: content.slice(1, 3),
        range: `bytes 1-2/${content.length}`,
      });
    });

    it.each(byDisk)("conditions are judged by the file on the disk (%s)", async (way) => {
      const [was, is] = [old, content].map((text, i) => ({
        size: text.length,
        mtimeMs: [before, after][i]!.getTime(),
      }));
      const etag = fileTag(is!);
      write(change, way, content, after);
      expect(await ask(change, way)).toMatchObject({ ...whole, etag });
      expect(await ask(change, way, { "If-None-Match": etag })).toMatchObject({
        status: 304,
        body: "",
        etag,
      });
      expect(await ask(change, way, { "If-None-Match": fileTag(was!) })).toMatchObject({ ...whole, etag });
      expect(await ask(change, way, { "If-Match": fileTag(was!) })).toMatchObject({ status: 412, etag });
    });

    it.each(byDisk)("a part is sent if If-Range has the tag, and never for a date (%s)", async (way) => {
      write(change, way, content, after);
      const { etag } = await ask(change, way);
      const ranged = (value: string) => ask(change, way, { Range: "bytes=1-2", "If-Range": value });
      expect(await ranged(etag!)).toMatchObject({ status: 206, body: content.slice(1, 3), etag });
      for (const other of [date, '"v0"', `W/${etag}`, `${etag}, "b"`]) {
        expect(await ranged(other)).toMatchObject({ ...whole, etag });
      }
    });
  },
);

it("A Bun.file that no longer exists is answered as Bun alone answers it, without a validator", async () => {
  for (const way of ["late", "alone"]) rmSync(join(folder, `grows ${way}`));
  const [guarded, alone] = [await ask("grows", "late"), await ask("grows", "alone")];
  expect(guarded).toEqual(alone);
  expect(guarded.etag).toBeNull();
});

describe("A handler on Bun that honours Range by a slice of its file", () => {
  const etag = fileTag({ size: old.length, mtimeMs: before.getTime() });
  const askAt = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`http://localhost:${server.port}${path}`, { headers });
    const { "content-range": range, ...fields } = Object.fromEntries(response.headers);
    return {
      status: response.status,
      body: await response.text(),
      range,
      etag: fields.etag,
      type: fields["content-type"],
    };
  };
  const whole = { status: 200, body: old, range: undefined, etag };

  it.each(["bytes=1-2", "bytes=0-3", "bytes=2-", "bytes=0-"])(
    "sends the part that Bun alone sends, with the tag of the file (%s)",
    async (range) => {
      const alone = await askAt("/by-hand-alone", { Range: range });
      expect(alone.status).toBe(206);
      expect(await askAt("/by-hand", { Range: range })).toEqual({ ...alone, etag });
    },
  );

  it.each([
    ["part", old.slice(2, 5), undefined],
    ["beginning", old.slice(0, 5), undefined],
    ["rest", old.slice(2), undefined],
    ["whole", old, etag],
    ["grew", old, undefined],
  ])("gives only a whole file the tag of the file, also without Range: %s", async (path, body, tag) => {
    if (path === "grew") writeFileSync(join(folder, path), `${old}and more`);
    for (const fields of [{}, { "If-None-Match": etag }, { "If-None-Match": '"v0"' }]) {
      const isHeld = tag !== undefined && Object.values(fields)[0] === tag;
      const answer = await askAt(`/${path}`, fields);
      expect(answer).toMatchObject({ status: isHeld ? 304 : 200, body: isHeld ? "" : body });
      expect(answer.etag).toBe(tag);
    }
  });

  it("sends the whole if If-Range fails, and never a part under a condition that decides", async () => {
    const ranged = (fields: Record<string, string>) => askAt("/by-hand", { Range: "bytes=1-2", ...fields });
    expect(await askAt("/by-hand", {})).toMatchObject(whole);
    expect(await ranged({ "If-Range": '"v0"' })).toMatchObject(whole);
    expect(await ranged({ "If-Range": date })).toMatchObject(whole);
    expect(await ranged({ "If-Range": etag })).toMatchObject({ status: 206, body: "12", etag });
    expect(await ranged({ "If-None-Match": etag })).toMatchObject({ status: 304, body: "", etag });
    expect(await ranged({ "If-Match": '"v0"' })).toMatchObject({ status: 412, etag });
  });
});
