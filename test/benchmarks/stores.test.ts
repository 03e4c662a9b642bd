import { expect, test } from "vitest";
import { checkAgreement } from "../../benchmarks/stores/agreement.ts";
import { type Driver, page } from "../../benchmarks/stores/opened.ts";
import { askBoth } from "../../benchmarks/stores/questions.ts";
import { reachable } from "../store/race/databases.ts";

const servers = { postgres: await reachable("postgres"), redis: await reachable("redis"), none: true };

test.for([
  ["memory", "none"],
  ["sqlite", "none"],
  ["pg", "postgres"],
  ["postgres-js", "postgres"],
  ["node-redis", "redis"],
  ["ioredis", "redis"],
] as const)(
  "resource and the handlers by hand give the same answers, on %s",
  async ([file, server], { skip }) => {
    if (!servers[server]) skip();
    const { driver }: { driver: Driver } = await import(`../../benchmarks/stores/${file}.ts`);
    const opened = await driver.open();
    try {
      await askBoth(driver, opened);
    } finally {
      await opened.close();
    }
  },
);

test("a handler by hand that leaves out a check is not measured", async () => {
  const get = async () => Response.json(page, { headers: { ETag: '"1"' } });
  const put = async () => new Response(null, { status: 204, headers: { ETag: '"1"' } });
  const careful = async () => new Response(null, { status: 428 });
  const one = { name: "careless", get, put, key: "/a", tag: '"1"' };
  await expect(checkAgreement(one, { ...one, name: "careful", put: careful })).rejects.toThrow(
    "a write without a condition: careless answers",
  );
});
