import { type DenoKv, denoKvStore } from "@entity-tag/store/deno-kv";
import { type Driver, memberKey, type Page, type Statements, type TextRow } from "./opened.ts";

interface OwnRow {
  bytes: Uint8Array;
  modified: number;
}

/** Runs in Deno alone. By hand: an entry of bytes and a version of its own, checked by its versionstamp. */
export const driver: Driver = {
  name: "Deno KV",
  async open() {
    const { Deno } = globalThis as unknown as {
      Deno: { openKv(path: string): Promise<DenoKv & { close(): void }> };
    };
    const kv = await Deno.openKv(":memory:");
    const store = denoKvStore<Page>(kv);
    const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
    const home = ["by-hand"];
    const entryOf = async (key: string) => await kv.get([...home, key]);
    const rowOf = (value: unknown, versionstamp: string | null): TextRow => ({
      text: decoder.decode((value as OwnRow).bytes),
      version: versionstamp!,
      modified: (value as OwnRow).modified,
    });
    const statements: Statements = {
      async create(key, text) {
        const made = await kv
          .atomic()
          .set([...home, key], { bytes: encoder.encode(text), modified: Date.now() })
          .commit();
        if (!made.ok) throw new Error("Not created");
        return made.versionstamp;
      },
      async read(key) {
        const { value, versionstamp } = await entryOf(key);
        return rowOf(value, versionstamp);
      },
      async versionOf(key) {
        const { value, versionstamp } = await entryOf(key);
        return { version: versionstamp!, modified: (value as OwnRow).modified };
      },
      async write(key, expected, text) {
        const modified = Date.now();
        const made = await kv
          .atomic()
          .check({ key: [...home, key], versionstamp: expected })
          .set([...home, key], { bytes: encoder.encode(text), modified })
          .commit();
        return made.ok ? { version: made.versionstamp, modified } : undefined;
      },
      async page(after, limit) {
        const range = { start: [...home, `${after}\0`], end: [...home, "\u{10ffff}"] };
        const rows: (TextRow & { key: string })[] = [];
        for await (const { key, value, versionstamp } of kv.list(range, { limit })) {
          rows.push({ key: String(key.at(-1)), ...rowOf(value, versionstamp) });
        }
        return rows;
      },
    };
    return {
      ...{ store, statements },
      async fill(count, text) {
        const bytes = encoder.encode(text);
        for (let i = 0; i < count; i += 300) {
          const byHand = kv.atomic();
          const ours = kv.atomic();
          for (let j = i; j < Math.min(count, i + 300); j++) {
            const nonce = String(j).padStart(20, "0");
            byHand.set([...home, memberKey(j)], { bytes, modified: Date.now() });
            ours.set(["entity-tag", "value", memberKey(j)], {
              value: bytes,
              nonce,
              lastModified: Date.now(),
            });
            ours.set(["entity-tag", "nonce", memberKey(j), nonce], true);
          }
          await byHand.commit();
          await ours.commit();
        }
      },
      async close() {
        kv.close();
      },
    };
  },
};
