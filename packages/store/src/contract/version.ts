const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A version that nobody has had before: 120 random bits. No clock, no counter, nothing that a restart could rewind. */
export function newVersion(): string {
  return randomText(20);
}

/** Six random bits to a character, all of them legal in an entity tag. */
export function randomText(length: number): string {
  let text = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(length))) text += ALPHABET[byte & 63];
  return text;
}
