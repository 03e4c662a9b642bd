import { formatDate } from "@entity-tag/core";

const day = 86_400_000;
const far = 800;

/**
 * An earlier date that comes later in the alphabet: `Wed, 03 Jun` is before `Sat, 06 Jun`. A server that compares
 * strings treats it as a later date.
 */
export function earlierButBehind(ms: number): string {
  return found(
    (days) => formatDate(ms - days * day),
    (text) => text > formatDate(ms),
  )!;
}

/** A later date in the past that comes earlier in the alphabet; `undefined` if there was no such day yet. */
export function laterButBefore(ms: number): string | undefined {
  const passed = Math.floor((Date.now() - 1000 - ms) / day);
  return found(
    (days) => formatDate(ms + days * day),
    (text) => text < formatDate(ms),
    passed,
  );
}

function found(
  at: (days: number) => string,
  isWanted: (text: string) => boolean,
  most = far,
): string | undefined {
  for (let days = 1; days <= Math.min(most, far); days++) if (isWanted(at(days))) return at(days);
  return undefined;
}
