import { parseArgs } from "node:util";
import { type Current, parseDate, parseTag } from "@entity-tag/core";
import { misuse, UsageError } from "../command/options.ts";
import type { Line } from "../row.ts";

/** The request or the recording that is explained. */
export interface ExplainOptions {
  /** A method and field lines, the name of a file, or `-`. */
  words: readonly string[];
  /** The state of the resource, if the user gave it. */
  current: Current | undefined;
}

const flags = {
  etag: { type: "string" },
  "last-modified": { type: "string" },
  absent: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** @throws {UsageError} */
export function readExplainOptions(args: readonly string[]): ExplainOptions | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  if (positionals.length === 0)
    throw new UsageError(
      `Give a request, as in explain GET 'If-None-Match: "a"' --etag '"a"', or a file, or -`,
    );
  if (values.absent && (values.etag ?? values["last-modified"]) !== undefined)
    throw new UsageError("--absent says that the page does not exist: leave out --etag and --last-modified");
  return {
    words: positionals,
    current: values.absent ? null : stateFrom(values.etag, values["last-modified"]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    throw new UsageError(misuse(error as Error, Object.keys(flags)));
  }
}

function stateFrom(tag: string | undefined, date: string | undefined): Current | undefined {
  if (tag === undefined && date === undefined) return undefined;
  const etag = parseTag(tag);
  const lastModified = parseDate(date);
  if (tag !== undefined && etag === undefined)
    throw new UsageError(`--etag ${tag} is not an entity tag: its quotes belong to it, as in --etag '"v1"'`);
  if (date !== undefined && lastModified === undefined)
    throw new UsageError(
      `--last-modified ${date} is not an HTTP date: write it as in 'Sun, 06 Nov 1994 08:49:37 GMT'`,
    );
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified, lastModifiedStrong: true }),
  };
}

/** Reads a method, an optional path, and field lines. */
export function requestFrom([first = "", ...others]: readonly string[]) {
  // `GET /page HTTP/1.1` may be one argument.
  const [method = "", ...path] = first
    .trim()
    .split(/\s+/)
    .filter((part) => !/^HTTP\//i.test(part));
  const words = [...path, ...others.filter((word) => !/^HTTP\/[\d.]+$/i.test(word))];
  const isPath = /^(\/|https?:\/\/)/.test(words[0] ?? "");
  const url = isPath ? words[0]! : "/";
  return { method: method.toUpperCase(), url, headers: words.slice(isPath ? 1 : 0).map(lineFrom) };
}

function lineFrom(word: string): Line {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(word) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`${word} is not a field: write it as in 'If-None-Match: "v1"'`);
  return [name, value];
}
