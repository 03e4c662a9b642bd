import type { Palette } from "./palette.ts";

export const WIDTH = 760;

/** An image, with its title for screen readers. */
export function svg(height: number, palette: Palette, title: string, content: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" rx="6" fill="${palette.paper}"/>
${content.join("\n")}
</svg>
`;
}

type Anchor = "start" | "middle" | "end";

export function label(
  x: number,
  y: number,
  text: string,
  fill: string,
  { anchor = "start", bold = false }: { anchor?: Anchor; bold?: boolean } = {},
): string {
  const weight = bold ? ' font-weight="600"' : "";
  return `<text x="${point(x)}" y="${point(y)}" fill="${fill}" text-anchor="${anchor}"${weight}>${escaped(text)}</text>`;
}

/** Rounded to a tenth of a pixel. */
export function point(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
