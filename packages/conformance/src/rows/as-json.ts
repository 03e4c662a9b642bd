import type { Line, Row } from "../row.ts";
import { representation } from "./representation.ts";
import { rows } from "./table.ts";

/** A long text in short form: `before`, then `repeat`, `times` times, then `after`. */
export interface Repeated {
  before?: string;
  repeat: string;
  times: number;
  after?: string;
}

type JsonText = string | Repeated;

export interface JsonRow extends Omit<Row, "request"> {
  request: { method: string; headers: [name: string, value: JsonText][]; body?: JsonText };
}

export interface JsonRows {
  $schema: string;
  representation: string;
  rows: JsonRow[];
}

/** All rows, in the form of the file `rows.json`. */
export function rowsAsJson(): JsonRows {
  return { $schema: "./rows.schema.json", representation, rows: rows.map(toJson) };
}

function toJson({ request, ...row }: Row): JsonRow {
  const { method, headers, body } = request;
  const lines = headers.map(([name, value]: Line): [string, JsonText] => [name, shorten(value)]);
  return { ...row, request: { method, headers: lines, ...(body !== undefined && { body: shorten(body) }) } };
}

const shortest = 1_000;

/** Finds text that repeats one unit many times, with a few characters around it. */
function shorten(text: string): JsonText {
  if (text.length < shortest) return text;
  for (let from = 0; from < 8; from++) {
    for (let size = 1; size <= 8; size++) {
      const repeat = text.slice(from, from + size);
      let times = 1;
      while (text.startsWith(repeat, from + times * size)) times++;
      const after = text.slice(from + times * size);
      if (after.length > 16) continue;
      return {
        ...(from > 0 && { before: text.slice(0, from) }),
        repeat,
        times,
        ...(after !== "" && { after }),
      };
    }
  }
  return text;
}

/** Restores a text from its short form. */
export const lengthen = (text: JsonText): string =>
  typeof text === "string" ? text : (text.before ?? "") + text.repeat.repeat(text.times) + (text.after ?? "");
