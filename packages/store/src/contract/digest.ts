/** Web Crypto's names of the algorithms, and those of Node. */
const NAMES = { "SHA-1": "sha1", "SHA-256": "sha256" } as const;

interface NodeCrypto {
  createHash(algorithm: string): NodeHash;
}

interface NodeHash {
  update(part: string | Uint8Array): NodeHash;
  digest(encoding: "hex"): string;
}

/**
 * The digest of the parts together, in hex.
 *
 * Web Crypto sends each hash to another thread and back, which costs 30 µs. So it is used only where there is no
 * `node:crypto`: Node, Bun and Deno have it.
 */
export async function hexDigest(
  algorithm: keyof typeof NAMES,
  ...parts: (string | Uint8Array)[]
): Promise<string> {
  const crypto = nodeCrypto();
  if (!crypto) return webDigest(algorithm, parts);
  const hash = crypto.createHash(NAMES[algorithm]);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

let found: { crypto: NodeCrypto | undefined } | undefined;

/** An `import` of `node:crypto` would not load in a browser or at the edge. */
function nodeCrypto(): NodeCrypto | undefined {
  if (!found) {
    const { process } = globalThis as {
      process?: { getBuiltinModule?(name: string): NodeCrypto | undefined };
    };
    found = { crypto: process?.getBuiltinModule?.("node:crypto") };
  }
  return found.crypto;
}

async function webDigest(algorithm: string, parts: readonly (string | Uint8Array)[]): Promise<string> {
  const encoder = new TextEncoder();
  const bytes = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const whole = new Uint8Array(bytes.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of bytes) {
    whole.set(part, at);
    at += part.byteLength;
  }
  const digest = await crypto.subtle.digest(algorithm, whole);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
