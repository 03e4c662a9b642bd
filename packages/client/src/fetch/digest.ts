/** SHA-256 in hexadecimal digits. */
export async function digest(text: string): Promise<string> {
  const octets = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
