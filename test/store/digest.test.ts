import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";

const parts = ["the head, é", Uint8Array.of(0, 255, 13), "the rest"];

function expected(algorithm: string): string {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

async function freshDigest() {
  vi.resetModules();
  return (await import("../../packages/store/src/contract/digest.ts")).hexDigest;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

for (const [algorithm, name] of [
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
] as const) {
  test(`hexDigest gives the same ${algorithm} with node:crypto and with Web Crypto`, async () => {
    const web = vi.spyOn(crypto.subtle, "digest");
    expect(await (await freshDigest())(algorithm, ...parts)).toBe(expected(name));
    expect(web).not.toHaveBeenCalled();

    vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
    expect(await (await freshDigest())(algorithm, ...parts)).toBe(expected(name));
    expect(web).toHaveBeenCalledOnce();
  });
}
