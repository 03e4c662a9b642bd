import { WireError } from "../../wire/wire-error.ts";
import { isWhole, told } from "../judges.ts";
import type { Known } from "../known.ts";
import type { Question, Send } from "../question.ts";
import { withoutTag } from "../question.ts";
import { match } from "./preconditions.ts";
import { noneMatch, otherTag } from "./revalidation.ts";

/** Hostile input, and the connection after it. */
export const robustnessQuestions: readonly Question[] = [
  {
    id: "connection-after-304",
    group: "robustness",
    title: "Nothing follows the head of a 304, and the connection serves the next request",
    section: "15.4.5",
    level: "MUST",
    why: "A 304 ends with its head. The client reads octets after it as the next answer.",
    notice: "Behind a proxy that reuses connections, pages are garbled, or belong to another person.",
    after: "tag-own",
    missing: withoutTag,
    ask: async (known, send) => {
      const answer = await send({ headers: [noneMatch(known.etag!)], linger: 60 });
      if (answer.body !== "") return [`${answer.body.length} octets came after the head of the 304.`];
      return isWhole(await send({}), known);
    },
  },
  {
    id: "absent-star",
    group: "robustness",
    title: "A missing page stays not found, whatever the conditions say",
    section: "13.2.1",
    level: "MUST",
    why: "Conditions apply only if the answer without them would be 2xx or 412.",
    notice: "A client believes that a missing page has not changed.",
    ask: async (_known, send) => {
      const path = absentPath();
      const plain = await send({ path });
      if (plain.status < 400) return [];
      const judged = await send({ path, headers: [noneMatch("*")] });
      return judged.status === plain.status
        ? []
        : [`It answered ${told(judged)}; without conditions it answers ${plain.status}.`];
    },
  },
  {
    id: "absent-match",
    group: "robustness",
    title: "A missing page stays not found, also with If-Match",
    section: "13.2.1",
    level: "MUST",
    why: "Conditions apply only if the answer without them would be 2xx or 412.",
    notice: "A client is told that a page has changed, although there is no such page.",
    ask: async (_known, send) => {
      const path = absentPath();
      const plain = await send({ path });
      if (plain.status < 400) return [];
      const judged = await send({ path, headers: [match(otherTag)] });
      return judged.status === plain.status
        ? []
        : [`It answered ${told(judged)}; without conditions it answers ${plain.status}.`];
    },
  },
  hostile("hostile-commas", "A field of 7,000 commas", () => ",".repeat(7_000)),
  hostile("hostile-quotes", "A field of 7,000 quotes", () => '"'.repeat(7_000)),
  hostile("hostile-weak", "A field of 3,500 W/", () => "W/".repeat(3_500)),
  hostile("hostile-tags", "A list of 1,400 tags", () => '"a", '.repeat(1_400)),
  hostile("hostile-obs-text", "A tag with octets beyond ASCII", () => '"caf\xe9\x80\xff"'),
  hostile("hostile-long", "A field of 60,000 octets", () => `"${"a".repeat(60_000)}"`),
];

/** The answer must come in time and must not be a 5xx, and the next request must be answered, too. */
function hostile(id: string, what: string, value: () => string): Question {
  return {
    id,
    group: "robustness",
    title: `${what} in If-None-Match is answered in time, and without a failure`,
    section: "17",
    level: "quality",
    why: "A server reads this field in every request, also from strangers. A slow or failing reader stops the server.",
    notice: "A stranger can stop the site with a few requests.",
    ask: async (known, send) => [...(await survives(send, value())), ...isAlive(await send({}), known)],
  };
}

async function survives(send: Send, value: string): Promise<string[]> {
  try {
    const { status } = await send({ headers: [noneMatch(value)] });
    return status >= 500 && status !== 503 ? [`It answered ${status}.`] : [];
  } catch (error) {
    // A server may refuse such a request by closing the connection. It must not leave it unanswered.
    if (error instanceof WireError && (error.reason === "closed" || error.reason === "reset")) return [];
    throw error;
  }
}

const isAlive = (answer: Parameters<typeof isWhole>[0], known: Known) =>
  isWhole(answer, known).map((found) => `The next request, a plain one: ${found}`);

/** A path next to the page, where there is no page. */
const absentPath = () => `/entity-tag-conformance-${Math.random().toString(36).slice(2)}`;
