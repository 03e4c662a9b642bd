import { expect, it } from "vitest";
import type { Seen } from "../apps/seen-requests.ts";
import { http1 } from "./connection.ts";

export interface Platform {
  base: string;
  /** The members that only this platform's requests have. */
  members: object;
  /** The members that differ in a request whose body had to be copied. */
  ofCopy?: object;
  /** Where QUERY never arrives at a handler. */
  hasQuery?: boolean;
}

/** The requirements for the requests that handlers get, wherever the handlers of `apps/seen-requests.ts` run. */
export function expectSeen(portOf: () => number, { base, members, ofCopy, hasQuery = true }: Platform): void {
  async function ask(way: string, method: string, fields: Record<string, string>, body?: string) {
    const connection = await http1(portOf());
    const headers = Object.entries({ Cookie: "a=1", ...fields });
    try {
      const answer = await connection.ask({ method, path: `${base}/${way}`, headers, ...(body && { body }) });
      const length = answer.headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
      return { ...answer, length };
    } finally {
      connection.close();
    }
  }

  const asked = [
    ["early", "GET", undefined],
    ["late", "GET", undefined],
    ["early", "QUERY", "the question"],
    ["late", "QUERY", "the question"],
  ] as const;

  it.each(asked.filter(([, method]) => hasQuery || method !== "QUERY"))(
    "a handler that is called without Range sees all other parts of its request (%s, %s)",
    async (way, method, body) => {
      const alone: Seen = JSON.parse((await ask("alone", method, {}, body)).body);
      expect(alone).toMatchObject({ method, body: body ?? "", isRequest: true, user: "ada", members });
      const answer = await ask(way, method, { Range: "bytes=0-9", "If-Range": '"v1"' }, body);
      expect(answer.status).toBe(200);
      const guarded: Seen = JSON.parse(answer.body);
      expect(guarded.headers.map(([name]) => name)).not.toContain("range");
      const isCopied = way === "late" && body !== undefined;
      expect(withoutRange(guarded)).toEqual({
        ...withoutRange(alone),
        members: { ...members, ...(isCopied && ofCopy) },
      });
      const part = await ask(way, method, { Range: "bytes=0-9", "If-Range": '"v2"' }, body);
      expect(part.status).toBe(206);
    },
  );

  it.each(hasQuery ? ["early", "late"] : [])(
    "a handler whose body was read before sees all parts of its request but Range (%s)",
    async (way) => {
      const alone: Seen = JSON.parse((await ask("read_alone", "QUERY", {}, "the question")).body);
      expect(alone).toMatchObject({ method: "QUERY", body: "read before", isRequest: true, user: "ada" });
      const fields = { Range: "bytes=0-9", "If-Range": '"v1"' };
      const answer = await ask(`read_${way}`, "QUERY", fields, "the question");
      expect(answer.status).toBe(200);
      const guarded: Seen = JSON.parse(answer.body);
      expect(guarded.headers.map(([name]) => name)).not.toContain("range");
      expect(withoutRange(guarded)).toEqual(withoutRange(alone));
    },
  );

  it.each(["early", "late"])(
    "a HEAD that is refused has the length of GET or no length, never 0 (%s)",
    async (way) => {
      const fields = { "If-Match": '"v1"' };
      const [get, head] = [await ask(way, "GET", fields), await ask(way, "HEAD", fields)];
      expect([get.status, head.status]).toEqual([412, 412]);
      expect(head.body).toBe("");
      expect(get.body.length).toBeGreaterThan(100);
      expect([undefined, String(get.body.length)]).toContain(head.length);
    },
  );
}

const withoutRange = ({ headers, url, ...seen }: Seen) => ({
  ...seen,
  path: new URL(url).pathname.replace(/\/\w+$/, ""),
  headers: headers.filter(([name]) => !["range", "if-range"].includes(name)),
});
