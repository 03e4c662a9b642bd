declare module "http-cache-tests/client/runner.mjs" {
  export function runTests(tests: unknown, call: unknown, isBrowser: boolean, base: string): Promise<void>;
  export function getResults(): Record<string, true | [kind: string, message: string]>;
}

declare module "http-cache-tests/tests/index.mjs" {
  const suites: { id: string; tests: { id: string; kind?: string }[] }[];
  export default suites;
}
