import { expect } from "vitest";

const origin = "https://app.example";

/** The fields of a write with conditions that a browser asks about before it sends them. */
export const wanted = ["content-type", "if-match", "if-none-match", "idempotency-key"];

/**
 * A script of another origin may write this page with conditions, and read the fields of the answers. It asks as a
 * browser does, first by a preflight.
 */
export async function expectCors(url: string): Promise<void> {
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "PUT",
      "Access-Control-Request-Headers": wanted.join(","),
    },
  });
  expect([200, 204]).toContain(preflight.status);
  expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe(origin);
  expect(listOf(preflight, "Access-Control-Allow-Headers")).toEqual(expect.arrayContaining(wanted));
  expect(listOf(preflight, "Access-Control-Allow-Methods")).toContain("put");

  const ask = async (method: string, status: number, headers: Record<string, string>) => {
    const body = method === "PUT" ? "Good bye" : null;
    const answer = await fetch(url, { method, body, headers: { Origin: origin, ...headers } });
    expect(answer.status, `${method} ${JSON.stringify(headers)}`).toBe(status);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(origin);
    const exposed = ["etag", "location", "retry-after", "idempotency-ledger"];
    expect(listOf(answer, "Access-Control-Expose-Headers")).toEqual(expect.arrayContaining(exposed));
    return answer.headers.get("ETag") ?? "";
  };
  const etag = await ask("GET", 200, {});
  await ask("GET", 304, { "If-None-Match": etag });
  await ask("PUT", 428, {});
  await ask("PUT", 412, { "If-Match": '"0"' });
  const answer = await fetch(url, {
    method: "PUT",
    body: "Hello",
    headers: { Origin: origin, "If-Match": etag },
  });
  expect([200, 204]).toContain(answer.status);
  expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(origin);
}

function listOf({ headers }: Response, name: string): string[] {
  return (headers.get(name) ?? "").split(/\s*,\s*/).map((member) => member.toLowerCase());
}
