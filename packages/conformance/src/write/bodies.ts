import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { field } from "../probe/answers.ts";
import { CannotRun } from "../probe/known.ts";
import type { Answer } from "../wire/answer.ts";

/** Contents to write. Each is different from all earlier ones. */
export interface Bodies {
  contentType: string;
  next(): string;
}

/**
 * Makes contents from `--body`, or from the page itself. Each time it changes a string of the page's JSON, or a line
 * at the end of its text.
 *
 * @throws {CannotRun} if the page has a type that only its author can change safely
 */
export function bodiesFor(
  page: Answer | undefined,
  given: { body: string | undefined; contentType: string | undefined },
): Bodies {
  const text = given.body === undefined ? page?.body : contentOf(given.body);
  if (text === undefined)
    throw new CannotRun("the page does not exist yet: give --body and --content-type to create it");
  const contentType = given.contentType ?? (page && field(page, "content-type")) ?? guess(text);
  const vary = variation(text, contentType);
  const run = randomBytes(4).toString("hex");
  let count = 0;
  return { contentType, next: () => vary(`${run}-${++count}`) };
}

/** `@file` reads a file, as in curl. Latin-1 text keeps the octets unchanged. */
function contentOf(given: string): string {
  if (!given.startsWith("@")) return Buffer.from(given, "utf8").toString("latin1");
  try {
    return readFileSync(given.slice(1), "latin1");
  } catch {
    throw new CannotRun(`--body ${given} cannot be read`);
  }
}

const guess = (text: string) => (objectIn(text) ? "application/json" : "text/plain; charset=utf-8");

function variation(text: string, contentType: string): (mark: string) => string {
  if (text.includes("{n}")) return (mark) => text.replaceAll("{n}", mark);
  const object = objectIn(text);
  if (object) return (mark) => JSON.stringify(varied(object, mark));
  if (/html|xml/i.test(contentType)) return (mark) => `${text}<!-- ${mark} -->`;
  if (/^text\/|urlencoded|yaml|javascript/i.test(contentType)) return (mark) => `${text}\n${mark}`;
  throw new CannotRun(
    `the content of a page of the type ${contentType || "unknown"} cannot be varied: give --body, with {n} in it`,
  );
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Members of JSON that a server usually sets itself, or that decide the meaning of others. */
const kept = /^(@|_|\$)|^(id|etag|kind|type|self|url|href|version|revision|created|updated)/i;

function varied(object: Record<string, unknown>, mark: string): Record<string, unknown> {
  const name = Object.keys(object).find((key) => typeof object[key] === "string" && !kept.test(key));
  return name === undefined
    ? { ...object, entityTagConformance: mark }
    : { ...object, [name]: `${object[name]} ${mark}` };
}
