import { greeting } from "../apps/handlers.ts";
import type { Answer } from "./connection.ts";
import type { Target } from "./targets.ts";
import { describesNoBody, field, members } from "./verdict.ts";

/**
 * The faults of a text whose handler gives no type. It must have the type that the runtime gives it without this
 * package, and its 304 must have the `Vary` of its 200, even if that was added on the way.
 */
export async function askGreetings({ connect, base }: Target, port: number): Promise<string[]> {
  const connection = await connect(port);
  const ask = (path: string, condition?: string): Promise<Answer> =>
    connection.ask({
      method: "GET",
      path: base + path,
      headers: condition === undefined ? [] : [["If-None-Match", condition]],
    });
  const type = mediaType(await ask("/runs"));
  const found: string[] = [];
  for (const mode of ["early", "late"]) {
    const full = await ask(`/${mode}/greeting`);
    const again = await ask(`/${mode}/greeting`, field(full, "etag"));
    const facts: [what: string, actual: unknown, expected: unknown][] = [
      ["status", full.status, 200],
      ["body", full.body, greeting],
      ["type", mediaType(full), type],
      ["Vary of the application", members(full, "vary").includes("Accept"), true],
      ["status for a client that has it", again.status, 304],
      ["tag of the 304", field(again, "etag"), field(full, "etag")],
      ["Vary of the 304", members(again, "vary").sort().join(), members(full, "vary").sort().join()],
      ["body in the 304", describesNoBody(again).join(), ""],
    ];
    for (const [what, actual, expected] of facts)
      if (actual !== expected) found.push(`a text judged ${mode}: ${what}: ${actual} instead of ${expected}`);
  }
  connection.close();
  return found;
}

/** White space around its parameters, and the case of a charset, have no meaning (RFC 9110 §8.3.1). */
const mediaType = (answer: Answer): string | undefined =>
  field(answer, "content-type")
    ?.replaceAll(/\s*;\s*/g, ";")
    .toLowerCase();
