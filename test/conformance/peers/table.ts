import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { rows } from "@entity-tag/conformance/rows";
import { groupOf } from "../../../packages/conformance/src/command/notice.ts";
import { root } from "../../adapters/bed/server.ts";
import type { Score } from "./peers.ts";

/** The failures of each peer, as of the last time the table was written. */
export const pinnedFile: string = resolve(import.meta.dirname, "pinned.json");
export const pinned = (): Score[] => JSON.parse(readFileSync(pinnedFile, "utf8"));

/** The documents with the tables. Each table is between two marks. */
export const documents: Record<string, (scores: readonly Score[]) => string> = {
  [`${root}/README.md`]: overview,
  [`${root}/packages/conformance/README.md`]: overview,
  [`${root}/docs/conformance.md`]: (scores) => `${overview(scores)}\n\n${scores.map(details).join("\n\n")}`,
};

const begin = "<!-- peers: npm run conformance:table writes this -->";
const end = "<!-- /peers -->";

/** The document with its table replaced. */
export function withTable(text: string, table: string): string {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`no ${begin} and ${end} in the document`);
  return `${before}${begin}\n${table}\n${end}${after}`;
}

function overview(scores: readonly Score[]): string {
  const lines = scores.map(
    ({ name, version, wiring, counts }) =>
      `| ${name} ${version} | ${wiring} | ${asked(counts)} | ${counts.fail} | ${counts.warning} |`,
  );
  return [
    "| server | how it is set up | applicable rows | MUST broken | SHOULD or quality |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

const asked = ({ pass, fail, warning, inconclusive }: Score["counts"]): number =>
  pass + fail + warning + inconclusive;

const byId = new Map(rows.map((row) => [row.id, row]));

const reasonOf: Record<string, string> = {
  "the target has no such state":
    "they need a setting, another form of the page or a strong date, which the handlers do not have",
};

/** The groups of rows that a peer fails, each with the section and one example. */
function details({ name, version, must, warnings, counts, notAsked }: Score): string {
  const groups = new Map<string, string[]>();
  for (const id of [...must, ...warnings]) {
    const group = groupOf(id);
    groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  const lines = [...groups].map(([group, ids]) => {
    const row = byId.get(ids[0]!);
    const title = row?.title.replaceAll("|", "\\|").slice(0, 110) ?? "";
    return `| \`${group}\` | ${row?.section} | ${row?.level} | ${ids.length} | ${title} |`;
  });
  const head = ["| rows | section | level | fails | for example |", "|---|---|---|---|---|"];
  const body = lines.length === 0 ? "It fails no applicable row." : [...head, ...lines].join("\n");
  const reasons = Object.entries(notAsked).map(
    ([reason, number]) => `${reasonOf[reason] ?? reason} (${number})`,
  );
  const rest = `${asked(counts)} rows apply. The others do not: ${reasons.slice(0, 4).join("; ")}.`;
  return `### ${name} ${version}\n${rest}\n\n${body}`;
}
