import type { Role } from "../../contenders/contender.ts";

export type Theme = "light" | "dark";
export const themes: readonly Theme[] = ["light", "dark"];

export interface Palette {
  paper: string;
  ink: string;
  faint: string;
  grid: string;
  ours: string;
  floor: string;
  /** The colours of the other contenders, in their order. */
  others: readonly string[];
}

export const palettes: Record<Theme, Palette> = {
  light: {
    paper: "#ffffff",
    ink: "#1f2328",
    faint: "#59636e",
    grid: "#d8dee4",
    ours: "#0969da",
    floor: "#8c959f",
    others: ["#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#9a6700", "#57606a", "#0a7f86"],
  },
  dark: {
    paper: "#0d1117",
    ink: "#f0f6fc",
    faint: "#9198a1",
    grid: "#30363d",
    ours: "#4493f8",
    floor: "#6e7681",
    others: ["#f0883e", "#3fb950", "#ab7df8", "#db61a2", "#d29922", "#8b949e", "#39c5cf"],
  },
};

/** Ours and floors have colours of their own; `order` counts the others. */
export function colourOf(palette: Palette, role: Role, order: number): string {
  if (role === "ours") return palette.ours;
  if (role === "floor") return palette.floor;
  return palette.others[order % palette.others.length]!;
}
