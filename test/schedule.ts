import { availableParallelism } from "node:os";

/**
 * Suites that wait most of their time, for a database that does not answer or a limit that ends. They run beside all
 * others, in workers of their own, so that a processor is never idle while they wait.
 */
export const waiting: readonly string[] = [
  "test/store/honest-postgres.test.ts",
  "test/store/contract.test.ts",
  "test/store/honest-redis.test.ts",
  "test/store/honest-sqlite.test.ts",
  "test/conformance/probe/questions.test.ts",
  "test/adapters/node/http2-streams.test.ts",
  "test/adapters/node/http2-limits.test.ts",
];

/**
 * The other slow suites, of three seconds or more when properties are tried a tenth as often: those that need the most
 * processor time first, so that no processor is idle at the end.
 */
export const long: readonly string[] = [
  "test/wiki/browser.test.ts",
  "test/adapters/odd-bodies.test.ts",
  "test/conformance/peers.test.ts",
  "test/wiki/nothing-is-lost.test.ts",
  "test/store/race/exactly-once.test.ts",
  "test/adapters/bed.test.ts",
  "test/store/race/race.test.ts",
  "test/packaging/types.test.ts",
  "test/adapters/frameworks.test.ts",
  "test/store/race/faults.test.ts",
  "test/adapters/streams.test.ts",
  "test/adapters/next.test.ts",
  "test/readme/readme.test.ts",
  "test/packaging/recipes.test.ts",
  "test/before-after/before-after.test.ts",
  "test/wiki/stopping.test.ts",
  "test/client/update/every-order.test.ts",
  "test/conformance/command/npx.test.ts",
  "test/client/update/race.test.ts",
  "test/conformance/runners.test.ts",
  "test/conformance/command/write.test.ts",
  "test/conformance/command/options.test.ts",
  "test/client/fetch/cache-tests.test.ts",
  "test/client/fetch/browser.test.ts",
  "test/client/fetch/conditional-fetch.test.ts",
  "test/client/nodes.test.ts",
  "test/client/fault-matrix.test.ts",
  "test/client/stores/contract.test.ts",
  "test/client/update/outcomes.test.ts",
  "test/client/update/model.test.ts",
  "test/store/failover.test.ts",
  "test/store/race/real-time.test.ts",
  "test/adapters/recipes.test.ts",
  "test/adapters/recipes-rows.test.ts",
  "test/readme/races.test.ts",
  "test/store/driver-sqlite.test.ts",
  "test/adapters/deno.test.ts",
  "test/wiki/without-script.test.ts",
  "test/wiki/ten-thousand.test.ts",
  "test/wiki/wiki-of-many.test.ts",
  "test/proxies/proxies.test.ts",
  "test/proxies/wiki-in-a-browser.test.ts",
  "test/store/race/naive-stores.test.ts",
  "test/adapters/node/frameworks.test.ts",
  "test/conformance/command/intermediaries.test.ts",
  "test/conformance/command/right-servers.test.ts",
  "test/conformance/command/wrong-servers.test.ts",
  "test/adapters/node/streams.test.ts",
  "test/conformance/command/packed.test.ts",
  "test/store/driver-postgres.test.ts",
  "test/adapters/node/download.test.ts",
  "test/adapters/bun.test.ts",
  "test/store/model.test.ts",
  "test/conformance/command/odd-writes.test.ts",
  "test/conformance/command/readme.test.ts",
  "test/seeds/stories.test.ts",
  "test/conformance/systems.test.ts",
  "test/client/stores/persistence.test.ts",
];

/** `npm run check` leaves them out, unless the suite itself has changed. */
export const slow: readonly string[] = [...waiting, ...long];

/**
 * Suites that run every line of core in this process. Only they are run with coverage, which makes a suite nearly twice
 * as expensive.
 */
export const covering = "test/core/**/*.test.ts";

/** Suites that compare durations or memory run alone, after all others. Their names end in `.alone.test.ts`. */
export const alone = "test/**/*.alone.test.ts";

/** One more than there are cores: while one suite waits for a socket, another uses its core. */
export const workers = availableParallelism() + 1;
