import { defineConfig } from "vitest/config";

/** Tests run what is in `src`; servers that they start on real runtimes run what is in `dist`. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "coverage",
      thresholds: { "packages/core/src/**": { lines: 100, branches: 100, functions: 100, statements: 100 } },
    },
  },
});
