/** Far more than a writer needs, because it competes only with other processes: see `inTurn`. */
const MAX_SWAPS = 32;

/** @throws {TypeError} unless it is a whole number above 0 */
export function checkMaxSwaps(maxSwaps: number = MAX_SWAPS): number {
  if (Number.isInteger(maxSwaps) && maxSwaps > 0) return maxSwaps;
  throw new TypeError(`Cannot try ${String(maxSwaps)} times. Use a whole number above 0 for maxSwaps`);
}
