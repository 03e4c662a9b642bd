/** Makes the keys of one update. Each pair of a body and a tag gets its own key. */
export function keyMaker(option: true | (() => string) | undefined): () => string | undefined {
  if (option === undefined) return () => undefined;
  const used = new Set<string>();
  return () => {
    const key = option === true ? randomKey() : option();
    if (typeof key !== "string" || !/^[\x20-\x7e]+$/.test(key) || used.has(key)) {
      throw new TypeError(
        `Cannot use ${JSON.stringify(key)} as an Idempotency-Key: use printable ASCII characters, and a new key for each body`,
      );
    }
    used.add(key);
    return `"${key.replace(/["\\]/g, "\\$&")}"`;
  };
}

/** Random characters of six bits each. `crypto.randomUUID` is missing on pages without TLS. */
export function randomKey(bits = 96): string {
  const octets = crypto.getRandomValues(new Uint8Array(bits / 8));
  return btoa(String.fromCharCode(...octets))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/**
 * True when a refusal proves that no copy of this write was made: the server says that it remembers keys for longer
 * than this key has been in use.
 */
export function remembers(response: Response, firstSent: number): boolean {
  const age = /(?:^|[\s,;])max-age=(\d+)/.exec(response.headers.get("Idempotency-Ledger") ?? "")?.[1];
  return age !== undefined && Date.now() - firstSent < Number(age) * 1000;
}

/** True when a 409 means that an earlier copy of this request is still under way. Otherwise it refuses the change. */
export function underWay(response: Response, resent: boolean, type: string | undefined): boolean {
  if (response.status !== 409) return false;
  return resent || response.headers.has("Retry-After") || type === undefined || type === "about:blank";
}
