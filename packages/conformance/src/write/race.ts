import { told } from "../probe/judges.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { type Ground, type HeldWrite, isDone, strongMatchOf } from "./ground.ts";
import { unableToWrite } from "./judges.ts";
import { inapplicable, type Judgement, right, type WriteQuestion, wrong } from "./question.ts";

/** Lets this many writers write at once with the same tag. Only one may succeed. */
export function raceQuestion(writers: number): WriteQuestion {
  return {
    id: "write-race",
    group: "writes",
    level: "MUST",
    title: `When ${writers} writers that have read the same version write at once, only one is told that it has written`,
    section: "13.1.1",
    why: "If the check and the write are two steps, two writers can pass the check. The write itself must be conditional.",
    notice: "On a busy page, some updates are lost, and nobody is told.",
    after: ["write-forged", "write-current"],
    ask: (ground) => race(ground, writers, roundsOf(writers)),
  };
}

const roundsOf = (writers: number) => Math.max(1, Math.floor(32 / writers));

/** How many requests the race needs: in each round, one for each writer, a read before them and a read after them. */
export const requestsOfRace = (writers: number) => (writers > 0 ? roundsOf(writers) * (writers + 2) : 0);

async function race(ground: Ground, writers: number, rounds: number): Promise<Judgement> {
  let lost = 0;
  for (let round = 0; round < rounds; round++) {
    const condition = strongMatchOf((await ground.read()).etag);
    if (condition.length === 0) return inapplicable("it sends no strong ETag");
    const held = await holdAll(ground, condition, writers);
    // The server has all but the last octet of each write, so all writes arrive together.
    const answers = await Promise.all(held.map((write) => write.release().catch(() => undefined)));
    for (const write of held) write.close();
    const winners = answers.filter((answer): answer is Answer => answer !== undefined && isDone(answer));
    if (winners.length === 0) return nobody(answers, writers);
    const { body } = await ground.read();
    const isWinners = held.some((write, i) => answers[i] === winners[0] && write.body === body);
    lost += winners.length - 1;
    if (winners.length === 1 && !isWinners && held.some((write) => write.body === body))
      return wrong("A writer was refused, but it has written.");
  }
  return lost === 0
    ? right
    : wrong(`${lost} updates were lost in ${rounds} rounds: their writers were told that they had written.`);
}

/** Starts the writers. If one cannot start, the earlier ones are released. */
async function holdAll(ground: Ground, condition: readonly Line[], writers: number): Promise<HeldWrite[]> {
  const held: HeldWrite[] = [];
  try {
    while (held.length < writers) held.push(await ground.hold(condition));
    return held;
  } catch (error) {
    for (const write of held) write.close();
    throw error;
  }
}

function nobody(answers: readonly (Answer | undefined)[], writers: number): Judgement {
  const first = answers.find((answer) => answer !== undefined);
  const unable = answers.map((answer) => answer && unableToWrite(answer)).find((one) => one !== undefined);
  if (unable) return unable;
  return {
    found: [`None of the ${writers} writers could write: ${first ? told(first) : "they had no answer"}`],
    level: "quality",
  };
}
