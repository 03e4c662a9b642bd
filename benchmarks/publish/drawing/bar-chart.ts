import { amount } from "../../measure/case-text.ts";
import { median } from "../../measure/ratio.ts";
import type { CaseResult, Entry } from "../../measure/results.ts";
import type { Palette } from "./palette.ts";
import { label, point, svg, WIDTH } from "./svg.ts";

const ROW = 18;
const LEFT = 250;
const RIGHT = 110;

/** A group of bars for each case. Each group has its own scale. */
export function barChart(
  title: string,
  hint: string,
  cases: readonly CaseResult[],
  palette: Palette,
): string {
  const content = [
    label(16, 26, title, palette.ink, { bold: true }),
    label(WIDTH - 16, 26, hint, palette.faint, { anchor: "end" }),
  ];
  let y = 44;
  for (const result of cases) {
    y += 14;
    content.push(label(16, y, result.name, palette.ink, { bold: true }));
    y += 8;
    const longest = Math.max(...result.entries.map(lengthOf));
    for (const entry of result.entries) {
      content.push(...row(entry, result, y, longest, palette));
      y += ROW;
    }
    y += 6;
  }
  return svg(y + 8, palette, title, content);
}

function row(
  entry: Entry,
  { unit }: CaseResult,
  y: number,
  longest: number,
  palette: Palette,
): readonly string[] {
  const isOurs = entry.role === "ours";
  const name = label(LEFT - 8, y + 13, entry.name, isOurs ? palette.ink : palette.faint, {
    anchor: "end",
    bold: isOurs,
  });
  if (entry.rounds === undefined) return [name, label(LEFT, y + 13, "wrong", palette.faint)];
  const width = Math.max(1.5, (lengthOf(entry) / longest) * (WIDTH - LEFT - RIGHT));
  const fill = isOurs ? palette.ours : palette.floor;
  const figure = amount(median(entry.rounds), unit);
  return [
    name,
    `<rect x="${LEFT}" y="${y + 3}" width="${point(width)}" height="${ROW - 6}" rx="2" fill="${fill}"/>`,
    label(LEFT + width + 6, y + 13, figure, isOurs ? palette.ink : palette.faint, { bold: isOurs }),
  ];
}

function lengthOf({ rounds }: Entry): number {
  return rounds === undefined ? 0 : median(rounds);
}
