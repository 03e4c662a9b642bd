import { createHash, hash } from "node:crypto";
import { contentTag } from "@entity-tag/core";
import { tagMakers } from "../contenders/competitors.ts";
import { bodies, bodyOfSize } from "../contenders/inputs.ts";
import { allLosers } from "../contenders/losers.ts";
import { type TagMaker, tagMaker } from "../contenders/tag-maker.ts";
import { measurePlots, type PlotPlan } from "../measure/plots.ts";
import { runtime } from "../measure/runtime.ts";
import { measureAll, type Suite } from "../measure/suite.ts";

const itself = <T>(bytes: T): T => bytes;

/** The function of each runtime's adapter, and core's own on every runtime. */
export const ours: readonly TagMaker[] = [
  ...(await native()),
  tagMaker("contentTag of core", "ours", itself, (bytes) => contentTag(bytes)),
];

const floors: readonly TagMaker[] = [
  tagMaker("the raw SHA-256", "floor", itself, (bytes) =>
    hash ? hash("sha256", bytes, "base64") : createHash("sha256").update(bytes).digest("base64"),
  ),
];

export async function losers(): Promise<TagMaker[]> {
  const found = (await allLosers()).filter(({ of }) => of === "contentTag");
  return found.map(({ name, run }) => tagMaker(name, "loser", itself, (bytes) => run(bytes)));
}

const plots: readonly PlotPlan<Uint8Array<ArrayBuffer>, boolean>[] = [
  {
    name: "Bytes in the body",
    of: "bytes",
    sizes: [64, 1000, 10_000, 100_000, 1_000_000, 10_000_000],
    caseOf: (size) => bodyOfSize(size),
  },
];

export const suite: Suite = {
  about:
    "What is the tag of these bytes? Ours has 144 bits of SHA-256; `etag` has 160 of SHA-1 and a length.",
  async run(scope) {
    const contenders = [...ours, ...tagMakers, ...floors, ...(await losers())];
    return {
      cases: await measureAll(bodies, contenders, scope),
      plots: await measurePlots(plots, contenders, scope),
      skipped: [],
    };
  },
};

async function native(): Promise<TagMaker[]> {
  if (runtime === "deno") return [];
  const made = runtime === "bun" ? await import("@entity-tag/bun") : await import("@entity-tag/node");
  return [tagMaker(`contentTag of ${runtime}`, "ours", itself, (bytes) => made.contentTag(bytes))];
}
