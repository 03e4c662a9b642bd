import type { CaseResult } from "../measure/results.ts";
import type { Suite } from "../measure/suite.ts";
import { contest } from "../stores/contest.ts";
import { driver } from "../stores/deno-kv.ts";
import { askBoth, collectionQuestion, largeQuestion, questionsTo } from "../stores/questions.ts";

export const suite: Suite = {
  about: "The same questions to Deno KV, in memory, under Deno.",
  async run(scope) {
    const cases: CaseResult[] = [];
    const opened = await driver.open();
    await askBoth(driver, opened);
    for (const question of questionsTo(driver, opened)) cases.push(...(await contest(question, scope)));
    cases.push(...(await contest(largeQuestion(driver, opened, 64_000), scope)));
    const many = collectionQuestion(driver, opened, 100_000);
    if (scope.wants(many.name)) await opened.fill(100_000, JSON.stringify({ content: "A member" }));
    cases.push(...(await contest(many, scope)));
    await opened.close();
    return { cases, plots: [], skipped: [] };
  },
};
