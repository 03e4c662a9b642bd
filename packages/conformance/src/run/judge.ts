import type { Expectation, Latitude, Row } from "../row.ts";
import { fieldOf, type Reply } from "./asker.ts";

/** The allowed answer that the server has chosen, or the mistakes of its answer. */
export type Judgement = { allowed: Expectation } | { found: string[] };

/** Compares an answer with what the row demands. `content` is that of the whole representation. */
export function judge({ expect, also = [] }: Row, reply: Reply, content: string): Judgement {
  const found = complaints(expect, reply, content);
  if (found.length === 0) return { allowed: expect };
  for (const latitude of also) {
    const allowed = withLatitude(expect, latitude);
    if (complaints(allowed, reply, content).length === 0) return { allowed };
  }
  return { found };
}

/** A latitude inherits from `expect`, except the fields that belong to another status. */
export function withLatitude(expect: Expectation, { chosenBy, why, ...latitude }: Latitude): Expectation {
  const isSameStatus = latitude.status.some((status) => expect.status.includes(status));
  const { fields, ...rest } = expect;
  return { ...rest, ...(isSameStatus && fields && { fields }), ...latitude };
}

function complaints(expect: Expectation, reply: Reply, content: string): string[] {
  if (!expect.status.includes(reply.status)) return [`${reply.status} instead of ${list(expect.status)}`];
  return [...bodyComplaints(expect, reply, content), ...fieldComplaints(expect, reply)];
}

const list = (statuses: readonly number[]): string => statuses.join(" or ");

const isCoded = (reply: Reply): boolean => (fieldOf(reply, "content-encoding") ?? "identity") !== "identity";

function bodyComplaints({ body }: Expectation, reply: Reply, content: string): string[] {
  if (body === "any") return [];
  // The content is not decoded, so it cannot be compared here. The probe has questions about codings.
  if (body === "whole" && isCoded(reply) && reply.body !== "") return [];
  const expected = body === "none" ? "" : body === "part" ? content.slice(0, 4) : content;
  if (reply.body === expected) return [];
  return [`the body is ${show(reply.body)} instead of ${show(expected)}`];
}

function fieldComplaints({ fields = {} }: Expectation, reply: Reply): string[] {
  return Object.entries(fields).flatMap(([name, expected]) => {
    const actual = fieldOf(reply, name);
    return isRight(name, actual, expected) ? [] : [`${name}: ${actual ?? "missing"}${instead(expected)}`];
  });
}

/** Servers may add members to some lists. */
const isList = (name: string): boolean =>
  /^(?:vary|access-control-expose-headers|set-cookie|link)$/i.test(name);

function isRight(
  name: string,
  actual: string | undefined,
  expected: string | null | { not: string },
): boolean {
  if (expected === null) return actual === undefined;
  if (typeof expected === "object") return actual !== expected.not;
  if (actual === undefined) return false;
  const members = (value: string) => value.split(",").map((member) => member.trim().toLowerCase());
  if (!isList(name)) return actual === expected;
  const there = members(actual);
  return there.includes("*") || members(expected).every((member) => there.includes(member));
}

function instead(expected: string | null | { not: string }): string {
  if (expected === null) return ", which must be absent";
  return typeof expected === "object" ? ", which is that of the representation" : ` instead of ${expected}`;
}

function show(text: string): string {
  const start = JSON.stringify(text.slice(0, 40));
  return text.length > 40 ? `${start}… (${text.length} octets)` : start;
}
