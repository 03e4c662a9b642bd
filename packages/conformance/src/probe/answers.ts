import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import type { Octets } from "./finding.ts";

/** The value of a field, with its lines joined by commas; `undefined` if the answer does not have it. */
export function field(answer: { headers: readonly Line[] }, name: string): string | undefined {
  const lines = linesOf(answer, name);
  return lines.length === 0 ? undefined : lines.join(", ");
}

export function linesOf({ headers }: { headers: readonly Line[] }, name: string): string[] {
  return headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value);
}

/** The part of an exchange that a report shows. */
export function octetsOf({ sent, received, body }: Answer): Octets {
  return { sent, received: received + excerpt(body) };
}

const shown = 80;

function excerpt(body: string): string {
  return body.length <= shown ? body : `${body.slice(0, shown)}… (${count(body.length)} octets)`;
}

/** A number as text: `1,234`. */
export function count(number: number): string {
  return number.toLocaleString("en");
}
