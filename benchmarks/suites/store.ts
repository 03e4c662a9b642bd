import type { CaseResult, Plot } from "../measure/results.ts";
import type { Suite } from "../measure/suite.ts";
import { contest, plotOfWriters } from "../stores/contest.ts";
import { slowAmongQuick, slowestWriters } from "../stores/fairness.ts";
import type { Driver } from "../stores/opened.ts";
import {
  askBoth,
  collectionQuestion,
  largeQuestion,
  oneKeyQuestion,
  questionsTo,
} from "../stores/questions.ts";

const drivers = ["memory", "sqlite", "pg", "postgres-js", "node-redis", "ioredis"] as const;
/** One client library of each database is asked the large questions. */
const ofEachDatabase: readonly string[] = ["memory", "sqlite", "pg", "node-redis"];

export const suite: Suite = {
  about:
    "Requests to `resource` and `mutate`, against handlers that send the same statements by hand. 1 kB of JSON, 16 clients at once unless it says otherwise, each on a page of its own.",
  async run(scope) {
    const cases: CaseResult[] = [];
    const plots: Plot[] = [];
    const skipped: string[] = [];
    for (const file of drivers) {
      const { driver }: { driver: Driver } = await import(`../stores/${file}.ts`);
      const opened = await driver.open().catch((error: unknown) => {
        skipped.push(driver.missing ?? `${driver.name}: ${String(error)}`);
      });
      if (!opened) continue;
      try {
        await askBoth(driver, opened);
        for (const question of questionsTo(driver, opened)) cases.push(...(await contest(question, scope)));
        if (!ofEachDatabase.includes(file)) continue;
        cases.push(...(await contest(oneKeyQuestion(driver, opened), scope)));
        cases.push(...(await slowestWriters(driver, opened, scope)));
        cases.push(...(await slowAmongQuick(driver, opened, scope)));
        plots.push(...(await plotOfWriters(`Writers at once, ${driver.name}`, opened, scope)));
        cases.push(...(await contest(largeQuestion(driver, opened, 10_000_000), scope)));
        const many = collectionQuestion(driver, opened, 100_000);
        if (scope.wants(many.name)) await opened.fill(100_000, JSON.stringify({ content: "A member" }));
        cases.push(...(await contest(many, scope)));
      } finally {
        await opened.close();
      }
    }
    return { cases, plots, skipped };
  },
};
