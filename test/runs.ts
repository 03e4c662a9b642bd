/** How often a property is tried: in full by `npm test`, and a tenth of that by `npm run check`, which sets `QUICK`. */
export function runs(most: number): number {
  return process.env.QUICK ? Math.ceil(most / 10) : most;
}
