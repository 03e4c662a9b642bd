// Run by Deno, with the path of a database file: the contract on Deno KV.
import assert from "node:assert/strict";
import { type DenoKv, denoKvStore } from "@entity-tag/store/deno-kv";
import { runAll } from "./run.ts";

declare const Deno: { args: string[]; openKv(path: string): Promise<DenoKv & { close(): void }> };
const path = Deno.args[0]!;
const kv = await Deno.openKv(path);

await runAll(
  {
    open: async (codec) => denoKvStore(kv, { ...codec, prefix: [codec?.encode ? "binary" : "json"] }),
    maxValueBytes: 64_000,
    ledgerHasNoBound: true,
  },
  [
    {
      name: "a version of one database is never a version of another that took its place",
      async run() {
        const versions: string[] = [];
        for (const name of ["2", "3"]) {
          const other = await Deno.openKv(path + name);
          const swap = await denoKvStore<string>(other).swap("a", null, "value");
          assert.ok(swap.swapped && swap.current);
          versions.push(swap.current.version);
          if (versions.length === 2) {
            assert.equal((await denoKvStore<string>(other).swap("a", versions[0]!, "next")).swapped, false);
          }
          other.close();
        }
        const [first, second] = versions.map((version) => version.split(".")[1]);
        assert.notEqual(first, second);
      },
    },
  ],
);
kv.close();
