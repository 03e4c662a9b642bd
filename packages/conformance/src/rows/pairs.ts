import type { Row } from "../row.ts";
import { group } from "./group.ts";
import {
  type Answer,
  and,
  earlier,
  failedMatch,
  failedNoneMatch,
  failedUnmodified,
  type Headers,
  ifRange,
  later,
  match,
  modified,
  noneMatch,
  proceed,
  proceedInRange,
  range,
  sameDate,
  sameSecond,
  sameTag,
  surelyBoth,
  unmodified,
} from "./words.ts";

/** A condition that holds on `"v1"` of 12:45:26, and one that does not. */
const conditions = {
  "If-Match": { true: match('"v1"'), false: match('"v0"') },
  "If-Unmodified-Since": { true: unmodified(later), false: unmodified(earlier) },
  "If-None-Match": { true: noneMatch('"v0"'), false: noneMatch('"v1"') },
  "If-Modified-Since": { true: modified(earlier), false: modified(sameSecond) },
  "If-Range": { true: and(range, ifRange('"v1"')), false: and(range, ifRange('"v0"')) },
} as const satisfies Record<string, Record<"true" | "false", Headers>>;

type Name = keyof typeof conditions;
type Truth = "true" | "false";

/** The five steps of §13.2.2, for conditions that are all valid. */
function decide(asked: Partial<Record<Name, Truth>>, method: "GET" | "PUT"): Answer {
  const isGet = method === "GET";
  if (asked["If-Match"] === "false") return failedMatch;
  if (asked["If-Match"] === undefined && asked["If-Unmodified-Since"] === "false") return failedUnmodified;
  if (asked["If-None-Match"] === "false") return isGet ? sameTag : failedNoneMatch;
  const isDateAsked = isGet && asked["If-None-Match"] === undefined;
  if (isDateAsked && asked["If-Modified-Since"] === "false") return sameDate;
  return isGet && asked["If-Range"] === "true" ? proceedInRange : proceed;
}

const names = Object.keys(conditions) as Name[];
const truths = ["true", "false"] as const;
const slug = (name: Name) => name.toLowerCase();
const says = (name: Name, truth: Truth) => `${name} that ${truth === "true" ? "holds" : "fails"}`;

/** Every pair of conditions, each once true and once false, on a read and on a write. */
export const pairs: readonly Row[] = names.flatMap((first, index) =>
  names.slice(index + 1).flatMap((second) =>
    truths.flatMap((one) =>
      truths.flatMap((other) =>
        (["GET", "PUT"] as const).flatMap((method) =>
          group(
            "pair",
            "MUST",
            "§13.2.2",
            "The order of the five steps decides, not the order of the fields",
            [
              [
                `${slug(first)}-${one}-${slug(second)}-${other}-${method.toLowerCase()}`,
                `${says(first, one)} and ${says(second, other)}, on ${method}`,
                method,
                // The field of the later step is sent first, because the order of the lines must not matter.
                and(conditions[second][other], conditions[first][one]),
                surelyBoth,
                decide({ [first]: one, [second]: other }, method),
              ],
            ],
          ),
        ),
      ),
    ),
  ),
);
