const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * A new version that is unique: 120 random bits. It uses no clock and no counter, because a restart or a
 * restore could set those back.
 */
export function newVersion(): string {
  return randomText(20);
}

/** Each character holds six random bits, and all 64 characters are legal in an entity tag. */
function randomText(length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += ALPHABET[randomByte() & 63];
  return text;
}

/** Random bytes that were not used yet. One request for many of them costs as much as one for a few. */
const pool = new Uint8Array(1024);
let used = pool.length;

function randomByte(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++]!;
}
