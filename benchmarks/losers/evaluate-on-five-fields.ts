import { type ConditionalRequest, type Current, type Decision, evaluate as kept } from "@entity-tag/core";

export const why =
  "reads all fields first, so that the questions are asked of local variables; but most requests have one condition " +
  "or none, and each field that the order of asking would not have come to is a lookup for nothing";

export function evaluate({ method, headers }: ConditionalRequest, current: Current): Decision {
  const match = headers.get("if-match");
  const unmodifiedSince = headers.get("if-unmodified-since");
  const noneMatch = headers.get("if-none-match");
  const modifiedSince = headers.get("if-modified-since");
  const range = headers.get("range");
  const ifRange = headers.get("if-range");
  const get = (name: string) => {
    if (name === "if-match") return match;
    if (name === "if-unmodified-since") return unmodifiedSince;
    if (name === "if-none-match") return noneMatch;
    if (name === "if-modified-since") return modifiedSince;
    return name === "range" ? range : ifRange;
  };
  return kept({ method, headers: { get } }, current);
}
