import { amount } from "../../measure/case-text.ts";
import type { Plot } from "../../measure/results.ts";
import { colourOf, type Palette } from "./palette.ts";
import { label, point, svg, WIDTH } from "./svg.ts";

const HEIGHT = 420;
const TOP = 56;
const BOTTOM = 48;
const LEFT = 70;
const RIGHT = 220;
/** The distance between the names of lines that end close together. */
const LINE_HEIGHT = 15;

const LINEAR = "Twice the size, twice the cost: as the dotted diagonals rise";

type Scale = (value: number) => number;

/**
 * Cost against size, both logarithmic. A cost in proportion to the input rises parallel to the faint diagonals,
 * unless a hint says what else to look for.
 */
export function lineChart({ name, hint, of, sizes, unit, lines }: Plot, palette: Palette): string {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const x = scale(sizes[0]!, sizes.at(-1)!, LEFT, WIDTH - RIGHT);
  const [low, high] = [floorToTen(Math.min(...values)), ceilToTen(Math.max(...values))];
  const y = scale(low, high, HEIGHT - BOTTOM, TOP);
  const title = `${name}: what one answer costs`;
  const diagonals = hint === undefined ? decades(low / (sizes.at(-1)! / sizes[0]!), high) : [];
  const colours = coloursOf(lines, palette);
  return svg(HEIGHT, palette, title, [
    `<clipPath id="plot"><rect x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}"/></clipPath>`,
    label(16, 26, title, palette.ink, { bold: true }),
    label(16, 43, hint ?? LINEAR, palette.faint),
    ...decades(low, high).flatMap((value) => [
      `<path d="M${LEFT} ${point(y(value))}H${WIDTH - RIGHT}" stroke="${palette.grid}"/>`,
      label(LEFT - 8, y(value) + 4, amount(value, unit), palette.faint, { anchor: "end" }),
    ]),
    ...diagonals.map((value) => diagonal(value, sizes, x, y, palette)),
    ...sizes.map((size) =>
      label(x(size), HEIGHT - BOTTOM + 18, size.toLocaleString("en-US"), palette.faint, { anchor: "middle" }),
    ),
    label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, of, palette.faint, { anchor: "middle" }),
    ...lines.map((line, i) => polyline(line, sizes, x, y, colours[i]!)),
    ...names(lines, sizes, x, y, colours),
  ]);
}

function polyline(
  { role, values }: Plot["lines"][number],
  sizes: number[],
  x: Scale,
  y: Scale,
  colour: string,
): string {
  const points = values.flatMap((value, i) =>
    value === null ? [] : [`${point(x(sizes[i]!))},${point(y(value))}`],
  );
  const style = role === "floor" ? ' stroke-dasharray="5 4"' : "";
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="${role === "ours" ? 3 : 1.5}"${style}/>`;
}

/** The name of each line beside its end, moved down where another name is already. */
function names(lines: Plot["lines"], sizes: number[], x: Scale, y: Scale, colours: string[]): string[] {
  const ends = lines
    .map(({ name, role, values }, i) => {
      const last = values.findLastIndex((value) => value !== null);
      return { name, role, colour: colours[i]!, x: x(sizes[last]!), y: y(values[last]!) };
    })
    .sort((a, b) => a.y - b.y);
  const labels: string[] = [];
  let lowest = TOP;
  // If too many are at the lower edge, they move up instead.
  const room = HEIGHT - BOTTOM - LINE_HEIGHT * ends.length;
  for (const [i, end] of ends.entries()) {
    const at = Math.max(lowest, Math.min(end.y, room + LINE_HEIGHT * (i + 1)));
    lowest = at + LINE_HEIGHT;
    const isEarly = end.x < x(sizes.at(-1)!);
    const text = isEarly ? `${end.name}, no further` : end.name;
    labels.push(label(WIDTH - RIGHT + 10, at + 4, text, end.colour, { bold: end.role === "ours" }));
  }
  return labels;
}

/** The line of a cost that begins at this value and grows in proportion to the size. */
function diagonal(value: number, sizes: number[], x: Scale, y: Scale, palette: Palette): string {
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  const end = (value * last) / first;
  return `<path d="M${point(x(first))} ${point(y(value))}L${point(x(last))} ${point(y(end))}" stroke="${palette.grid}" stroke-dasharray="1 5" clip-path="url(#plot)"/>`;
}

function coloursOf(lines: Plot["lines"], palette: Palette): string[] {
  let order = 0;
  return lines.map(({ role }) => colourOf(palette, role, role === "ours" || role === "floor" ? 0 : order++));
}

function scale(from: number, to: number, start: number, end: number): Scale {
  return (value) => start + (Math.log(value / from) / Math.log(to / from)) * (end - start);
}

function decades(low: number, high: number): number[] {
  const values: number[] = [];
  for (let value = floorToTen(low); value <= high; value *= 10) values.push(value);
  return values;
}

function floorToTen(value: number): number {
  return 10 ** Math.floor(Math.log10(value));
}

function ceilToTen(value: number): number {
  return 10 ** Math.ceil(Math.log10(value));
}
