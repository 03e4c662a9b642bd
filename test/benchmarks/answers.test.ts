import { expect, test } from "vitest";
import { ask, type Case, type Contender } from "../../benchmarks/contenders/contender.ts";
import {
  bodies,
  dates,
  lists,
  moments,
  pairs,
  questions,
  tagTexts,
} from "../../benchmarks/contenders/inputs.ts";
import * as tags from "../../benchmarks/suites/entity-tag.ts";
import * as decisions from "../../benchmarks/suites/evaluate.ts";
import * as times from "../../benchmarks/suites/http-date.ts";
import * as making from "../../benchmarks/suites/make-tag.ts";
import * as responses from "../../benchmarks/suites/respond.ts";
import * as searching from "../../benchmarks/suites/tag-list.ts";

/** The inputs that these contenders answer wrongly. */
async function wrongAnswers<Input, Answer>(
  contenders: readonly Contender<Input, Answer>[],
  cases: readonly Case<Input, Answer>[],
): Promise<string[]> {
  const wrongs: string[] = [];
  let asked = 0;
  for (const contender of contenders) {
    for (const question of cases) {
      if (contender.prepare(structuredClone(question.input)) === undefined) continue;
      asked++;
      const { wrong } = await ask(contender, question);
      if (wrong !== undefined) wrongs.push(`${contender.name}, ${question.name}: ${wrong}`);
    }
  }
  expect(asked).toBeGreaterThan(0);
  return wrongs;
}

test("listIncludes answers every input of the benchmarks as it must, and so does each of its losers", async () => {
  expect(await wrongAnswers([searching.ours, ...(await searching.losers())], lists)).toEqual([]);
});

test("parseTag answers every input of the benchmarks as it must, and so does each of its losers", async () => {
  expect(await wrongAnswers([tags.parsing, ...(await tags.losers())], tagTexts)).toEqual([]);
});

test("weakMatch and strongMatch answer every input of the benchmarks as they must", async () => {
  expect(await wrongAnswers([tags.comparing], pairs)).toEqual([]);
});

test("parseDate answers every input of the benchmarks as it must, and so does each of its losers", async () => {
  expect(await wrongAnswers([times.parsing, ...(await times.losers())], dates)).toEqual([]);
});

test("formatDate answers every input of the benchmarks as it must", async () => {
  expect(await wrongAnswers([times.formatting], moments)).toEqual([]);
});

test("evaluate answers every input of the benchmarks as it must", async () => {
  const ours = [decisions.onBag, decisions.onHeaders];
  expect(await wrongAnswers(ours, questions)).toEqual([]);
});

test("checkPreconditions of node finds no condition in a request without one, and fresh agrees", async () => {
  const asked = await decisions.onNode();
  expect(asked?.contenders.map(({ name }) => name)).toEqual(["checkPreconditions of node", "fresh"]);
  expect(await wrongAnswers(asked!.contenders, asked!.cases)).toEqual([]);
});

test("contentTag makes tags that depend only on the benchmarks' bodies, and so does each of its losers", async () => {
  expect(await wrongAnswers([...making.ours, ...(await making.losers())], bodies)).toEqual([]);
});

test("checkPreconditions and conditional answer every request of the benchmarks as they must", async () => {
  const ours = (await responses.apps()).filter(({ role }) => role === "ours");
  expect(await wrongAnswers(ours, responses.questions)).toEqual([]);
});

test("the check finds a contender that answers wrongly", async () => {
  const yes: Contender<(typeof lists)[number]["input"], boolean> = {
    name: "always yes",
    role: "loser",
    prepare: (input) => input,
    run: () => true,
  };
  const misses = lists.filter(({ answer }) => !answer);
  expect(await wrongAnswers([yes], lists)).toHaveLength(misses.length);
});
