import type { EntityTag } from "@entity-tag/core";

export const why =
  "one pass over the characters, nothing allocated; but `charCodeAt` checks for each one how its string is stored: " +
  "longer lists cost more than splitting them";

export function listIncludes(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  const from = tag[0] === "W" ? 2 : 0;
  if (from > 0 && match === "strong") return false;
  let found = false;
  for (let i = 0; ; ) {
    i = skip(field, i, isSeparator);
    if (i === field.length) return found;
    const isWeak = field[i] === "W" && field[i + 1] === "/";
    const open = isWeak ? i + 2 : i;
    if (field[open] !== '"') return false;
    const close = skip(field, open + 1, isTagCharacter);
    if (field[close] !== '"') return false;
    if (match === "weak" || !isWeak) found ||= isSame(field, open, close + 1, tag, from);
    i = skip(field, close + 1, isSpace);
    if (i < field.length && field[i] !== ",") return false;
  }
}

function skip(field: string, from: number, isSkipped: (code: number) => boolean): number {
  let i = from;
  while (i < field.length && isSkipped(field.charCodeAt(i))) i++;
  return i;
}

function isSame(field: string, open: number, end: number, tag: string, from: number): boolean {
  if (end - open !== tag.length - from) return false;
  for (let i = open, j = from; i < end; i++, j++) {
    if (field.charCodeAt(i) !== tag.charCodeAt(j)) return false;
  }
  return true;
}

const isSpace = (code: number) => code === 0x20 || code === 0x09;
const isSeparator = (code: number) => code === 0x2c || isSpace(code);
const isTagCharacter = (code: number) => code > 0x20 && code !== 0x22 && code !== 0x7f && code <= 0xff;
