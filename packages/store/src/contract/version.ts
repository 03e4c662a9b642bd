const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * A new version that is unique: 120 random bits. It uses no clock and no counter, because a restart or a
 * restore could set those back.
 */
export function newVersion(): string {
  return randomText(20);
}

/** Each character holds six random bits, and all 64 characters are legal in an entity tag. */
export function randomText(length: number): string {
  let text = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(length))) text += ALPHABET[byte & 63];
  return text;
}
