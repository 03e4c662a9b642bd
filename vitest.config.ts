import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { alone, covering, long, slow, waiting, workers } from "./test/schedule.ts";

/** Starts the slow suites first, so that no core is idle at the end; the others in the order of vitest. */
class SlowSuitesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => slow.findIndex((suite) => moduleId.endsWith(suite));
    const isSlow = (file: TestSpecification) => place(file) >= 0;
    const others = await super.sort(files.filter((file) => !isSlow(file)));
    return [...files.filter(isSlow).sort((a, b) => place(a) - place(b)), ...others];
  }
}

/** Tests run what is in `src`; servers that they start on real runtimes run what is in `dist`. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    maxWorkers: workers,
    // A second run need not transform what did not change.
    fsModuleCache: true,
    sequence: { sequencer: SlowSuitesFirst },
    projects: [
      { extends: true, test: { name: "waiting", include: [...waiting] } },
      { extends: true, test: { name: "long", include: [...long] } },
      {
        extends: true,
        test: {
          name: "quick",
          include: ["test/**/*.test.ts"],
          exclude: [...slow, covering, alone, "**/node_modules/**"],
        },
      },
      // They share a process, as they start no server and leave nothing behind.
      { extends: true, test: { name: "core", include: [covering], exclude: [alone], isolate: false } },
      {
        extends: true,
        test: { name: "alone", include: [alone], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
    // Real browsers and servers answer late on a machine that runs other suites at the same time.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["packages/core/src/**"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "coverage",
      thresholds: { "packages/core/src/**": { lines: 100, branches: 100, functions: 100, statements: 100 } },
    },
  },
});
