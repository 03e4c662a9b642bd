import { told } from "../probe/judges.ts";
import type { Ground } from "./ground.ts";
import { isDone } from "./ground.ts";
import { judgeRefusal, unableToWrite } from "./judges.ts";
import { notSetUp, right, type WriteQuestion, wrong } from "./question.ts";

const group = "writes" as const;
const level = "MUST" as const;

/** Questions for an address without a page. The last one creates the page. */
export const creationQuestions: readonly WriteQuestion[] = [
  {
    id: "create-tag",
    group,
    level,
    title: "PUT with a tag to a missing page is refused",
    section: "13.1.1",
    why: "A missing page has no tag.",
    notice: "A page that was deleted reappears when another person saves it.",
    ask: (ground) => refusedThere(ground, '"entity-tag-conformance-other"'),
  },
  {
    id: "create-star",
    group,
    level,
    title: "PUT with If-Match: * to a missing page is refused",
    section: "13.1.1",
    why: "* holds if the page exists.",
    notice: "A page that was deleted reappears when another person saves it.",
    ask: (ground) => refusedThere(ground, "*"),
  },
  {
    id: "create-only",
    group,
    level,
    title: "PUT with If-None-Match: * to a missing page is done",
    section: "13.1.2",
    why: "The condition holds.",
    notice: "People cannot create a page.",
    ask: async (ground) => {
      const before = await ground.read();
      if (before.isHere) return notSetUp("the page exists already");
      const { answer } = await ground.put([["If-None-Match", "*"]]);
      if (!isDone(answer)) return unableToWrite(answer) ?? wrong(`It answered ${told(answer)}.`);
      return (await ground.read()).isHere
        ? right
        : wrong(`It answered ${told(answer)}, but the page does not exist.`);
    },
  },
];

async function refusedThere(ground: Ground, tags: string) {
  const before = await ground.read();
  if (before.isHere) return notSetUp("the page exists already");
  const { answer } = await ground.put([["If-Match", tags]]);
  const after = await ground.read();
  // Some servers answer 404 here, such as S3. Nothing is changed, and the client learns why.
  return answer.status === 404 && !after.isHere ? right : judgeRefusal(answer, before, after);
}
