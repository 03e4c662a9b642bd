import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { alone, covering, long, workers } from "./test/schedule.ts";

/** Starts the long suites first, so that no core is idle at the end; the others in the order of vitest. */
class LongSuitesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ project }: TestSpecification) => project.name === "long";
    const place = ({ moduleId }: TestSpecification) => long.findIndex((suite) => moduleId.endsWith(suite));
    const others = await super.sort(files.filter((file) => !isLong(file)));
    return [...files.filter(isLong).sort((a, b) => place(a) - place(b)), ...others];
  }
}

/** Tests run what is in `src`; servers that they start on real runtimes run what is in `dist`. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    maxWorkers: workers,
    // A second run need not transform what did not change.
    fsModuleCache: true,
    sequence: { sequencer: LongSuitesFirst },
    projects: [
      { extends: true, test: { name: "long", include: [...long] } },
      {
        extends: true,
        test: {
          name: "quick",
          include: ["test/**/*.test.ts"],
          exclude: [...long, covering, alone, "**/node_modules/**"],
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
