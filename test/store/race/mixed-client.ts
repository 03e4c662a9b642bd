import { connect, type Message } from "./connection.ts";
import type { Entry, Ledger } from "./generations.ts";

/**
 * The acts of a client, each with its condition. The first four are tried once; the others are repeated until they
 * succeed.
 */
const attempted = ["create", "replace by weak tag", "replace by stale tag"] as const;
const achieved = [
  "replace",
  "replace by list",
  "patch",
  "patch whatever",
  "delete",
  "delete whatever",
] as const;

export type Deed = (typeof attempted)[number] | (typeof achieved)[number];

export interface Attempt {
  deed: Deed;
  status: number;
  /** The effect of a success. */
  entry?: Entry;
}

interface Seen {
  tag: string;
  value: Ledger;
}

/** One client that does each act in turn. If there is no document, it creates one. */
export async function mixedClient(
  origin: string,
  path: string,
  client: number,
  laps: number,
): Promise<Attempt[]> {
  const connection = connect();
  const attempts: Attempt[] = [];
  let stale = '"never"';
  for (let lap = 0; lap < laps; lap++) {
    for (const deed of attempted) await attempt(deed);
    for (const deed of achieved) while (!(await attempt(deed)));
  }
  connection.close();
  return attempts;

  async function attempt(deed: Deed): Promise<boolean> {
    const { status, tag, body } = await connection.send(origin, { method: "GET", path });
    const seen: Seen | undefined = status === 200 ? { tag, value: JSON.parse(body) } : undefined;
    const done = await act(seen ? deed : "create", seen);
    attempts.push(done);
    if (seen) stale = seen.tag;
    return done.deed === deed && done.entry !== undefined;
  }

  async function act(deed: Deed, seen: Seen | undefined): Promise<Attempt> {
    const message = request(deed, seen, stale, `${client}.${attempts.length}`);
    const { status, tag, body } = await connection.send(origin, { path, ...message });
    if (status >= 300) return { deed, status };
    const exact = deed.endsWith("whatever") || deed === "create" ? undefined : seen;
    if (message.method === "DELETE")
      return { deed, status, entry: { kind: "delete", client, sent: exact?.tag, before: exact?.value } };
    const kind = status === 201 ? "create" : "change";
    const after: Ledger = JSON.parse(body);
    return { deed, status, entry: { kind, client, sent: exact?.tag, received: tag, after } };
  }
}

function request(deed: Deed, seen: Seen | undefined, stale: string, write: string): Omit<Message, "path"> {
  const tag = seen?.tag ?? '"nothing"';
  const patch = { writes: { [write]: true } };
  const whole = {
    generation: seen?.value.generation ?? write,
    writes: { ...seen?.value.writes, [write]: true },
  };
  const headers = (type: string, condition: string, value: string) => ({
    ...{ "content-type": type, prefer: "return=representation", [condition]: value },
  });
  const put = (condition: string, value: string) => ({
    ...{ method: "PUT", headers: headers("application/json", condition, value), body: whole },
  });
  const merge = (value: string) => ({
    ...{ method: "PATCH", headers: headers("application/merge-patch+json", "if-match", value), body: patch },
  });
  switch (deed) {
    case "create":
      return put("if-none-match", "*");
    case "replace":
      return put("if-match", tag);
    case "replace by list":
      return put("if-match", `"a,b" , W/${tag},, ${tag}, "z"`);
    case "replace by weak tag":
      return put("if-match", `W/${tag}`);
    case "replace by stale tag":
      return put("if-match", stale === tag ? '"never"' : stale);
    case "patch":
      return merge(tag);
    case "patch whatever":
      return merge("*");
    case "delete":
      return { method: "DELETE", headers: { "if-match": tag } };
    case "delete whatever":
      return { method: "DELETE", headers: { "if-match": "*" } };
  }
}
