import {
  ConflictError,
  conditionalFetch,
  google,
  HttpError,
  isNotModified,
  read,
  remove,
  type Snapshot,
  update,
} from "@entity-tag/client";
import { type CalendarEvent, calendar, type ShownEvent } from "@entity-tag/example-systems/calendar";
import { type Served, served } from "@entity-tag/example-systems/served";
import { redisStore } from "@entity-tag/store/redis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newName, redisUrl } from "../store/race/addresses.ts";
import { reachable } from "../store/race/databases.ts";
import { curl, losingNetwork, noting } from "./network.ts";
import { sentence } from "./requirements.ts";

const isAvailable = await reachable("redis");
const prefix = newName();

describe.skipIf(!isAvailable)("Google Calendar, on Redis", () => {
  const client = createClient({ url: redisUrl });
  client.on("error", () => {});
  let server: Served;
  const events = redisStore<CalendarEvent>(client, { prefix });
  beforeAll(async () => {
    await client.connect();
    server = await served(calendar(events));
  });
  afterAll(async () => {
    await server?.close();
    for await (const keys of client.scanIterator({ MATCH: `*${prefix}*` }))
      if (keys.length) await client.del(keys);
    await client.close();
  });

  let count = 0;
  async function event(value: CalendarEvent = { summary: "Tea" }): Promise<string> {
    const key = `event${++count}`;
    await events.swap(key, null, value);
    return `${server.origin}/calendars/primary/events/${key}`;
  }
  const options = { dialect: google, backoff: () => 0 };

  it(
    sentence(
      "Every resource has an `etag` field in its body that changes with every change, and the same tag in the header.",
    ),
    async () => {
      const url = await event();
      const tags = new Set<string>();
      for (let change = 0; change < 3; change++) {
        const response = await fetch(url);
        const { etag } = (await response.json()) as ShownEvent;
        expect(response.headers.get("ETag")).toBe(etag);
        tags.add(etag);
        await update<CalendarEvent>(url, (each) => ({ ...each, summary: `Tea ${change}` }), options);
      }
      expect(tags.size).toBe(3);
    },
  );

  it(sentence("In JSON it is written with its quotes."), async () => {
    const { body } = await curl(await event());
    expect(body).toMatch(/"etag":"\\"[^"\\]+\\""/);
  });

  it(sentence("A conditional modification is an update *or a delete* with `If-Match`."), async () => {
    const url = await event();
    const seen = await read<CalendarEvent>(url, options);
    await update(seen, (each) => ({ ...each, location: "Garden" }), options);
    const stale = ["-X", "DELETE", "-H", `If-Match: ${seen.etag}`];
    expect((await curl(url, ...stale)).status).toBe(412);
    await expect(remove(seen, options)).rejects.toBeInstanceOf(ConflictError);
    const fresh = await read<CalendarEvent>(url, options);
    expect((await remove(fresh, options)).status).toBe("removed");
    expect((await fetch(url)).status).toBe(404);
  });

  it(sentence("Success returns the new version with its new tag."), async () => {
    const url = await event();
    const saved = await update<ShownEvent>(url, (each) => ({ ...each, summary: "Coffee" }), options);
    expect([saved.value.summary, saved.value.etag]).toEqual(["Coffee", saved.etag]);
    expect((await fetch(url)).headers.get("ETag")).toBe(saved.etag);
  });

  it(
    sentence(
      "After a 412, the client fetches the latest version, applies the change to it (the caller decides how) and tries again, up to a maximum number of attempts; any other error ends at once; after success the returned version is the local copy; in the end the caller learns whether it worked and after how many attempts.",
    ),
    async () => {
      const url = await event();
      const seen = await read<ShownEvent>(url, options);
      const meddle = () =>
        update<CalendarEvent>(url, (each) => ({ ...each, location: `${Math.random()}` }), options);
      await meddle();
      const saved = await update(seen, (each) => ({ ...each, summary: "Coffee" }), options);
      expect([saved.status, saved.attempts, saved.value.summary]).toEqual(["updated", 2, "Coffee"]);
      expect(saved.value.location).toMatch(/^0\./);
      const { fetch, log } = noting();
      const error = await update<ShownEvent>(
        saved,
        async (each) => {
          await meddle();
          return { ...each, summary: "never" };
        },
        { ...options, fetch, maxAttempts: 3 },
      ).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ConflictError);
      expect(log.filter((line) => line.startsWith("PUT"))).toEqual(["PUT 412", "PUT 412", "PUT 412"]);
      expect((error as ConflictError<ShownEvent>).attempts).toBe(3);
      const gone = noting();
      await expect(
        update(`${url}-none`, (each) => each, { ...options, fetch: gone.fetch }),
      ).rejects.toBeInstanceOf(HttpError);
      expect(gone.log).toEqual(["GET 404"]);
    },
  );

  it(
    sentence(
      'A conditional retrieval sends `If-None-Match`, and a 304 means "use the local version": it is a normal result, not an exception.',
    ),
    async () => {
      const url = await event();
      const remembering = conditionalFetch();
      const first = await remembering(url);
      const local = await first.json();
      const again = await remembering(url);
      expect([again.status, isNotModified(again), await again.json()]).toEqual([200, true, local]);
    },
  );

  describe("the published loop", () => {
    /** The loop of Google's guide, written out: update, and on 412 get the latest and overwrite the summary. */
    async function publishedLoop(opened: Snapshot<ShownEvent>, send: typeof fetch, maxAttempts: number) {
      let local = opened.value;
      let attempts = 0;
      for (;;) {
        attempts++;
        const headers = { "If-Match": local.etag, "Content-Type": "application/json" };
        const body = JSON.stringify({ ...local, summary: "Coffee" });
        const answer = await send(opened.url, { method: "PUT", headers, body });
        if (answer.ok) return { attempts, event: (await answer.json()) as ShownEvent };
        if (answer.status !== 412) throw new Error(`Answered ${answer.status}`);
        local = (await (await send(opened.url)).json()) as ShownEvent;
        if (attempts > maxAttempts) throw new Error("Too many attempts");
      }
    }

    it("and update send the same requests where the loop is right", async () => {
      const change = (each: ShownEvent) => ({ ...each, summary: "Coffee" });
      const logs: string[][] = [];
      for (const isOurs of [false, true]) {
        const opened = await read<ShownEvent>(await event(), options);
        await update(opened, (each) => ({ ...each, location: "Garden" }), options);
        const { fetch, log } = noting();
        if (isOurs) await update(opened, change, { ...options, fetch });
        else await publishedLoop(opened, fetch, 5);
        logs.push(log);
      }
      expect(logs[1]).toEqual(logs[0]);
      expect(logs[0]).toEqual(["PUT 412", "GET 200", "PUT 200"]);
    });

    it("makes one attempt too many, and reads once more after the last refusal; update does neither", async () => {
      const opened = await read<ShownEvent>(await event(), options);
      const refusing =
        (log: string[]): typeof fetch =>
        async (input, init) => {
          const { method } = new Request(input, init);
          if (method === "PUT")
            await update<CalendarEvent>(
              opened.url,
              (each) => ({ ...each, location: `${Math.random()}` }),
              options,
            );
          const answer = await fetch(input, init);
          log.push(`${method} ${answer.status}`);
          return answer;
        };
      const theirs: string[] = [];
      await expect(publishedLoop(opened, refusing(theirs), 2)).rejects.toThrow("Too many attempts");
      expect(theirs).toEqual(["PUT 412", "GET 200", "PUT 412", "GET 200", "PUT 412", "GET 200"]);
      const ours: string[] = [];
      const writing = update(opened, (each) => ({ ...each, summary: "Coffee" }), {
        ...options,
        fetch: refusing(ours),
        maxAttempts: 2,
      });
      await expect(writing).rejects.toBeInstanceOf(ConflictError);
      expect(ours).toEqual(["PUT 412", "GET 200", "PUT 412"]);
    });
  });

  it("lets twenty clients edit one event through a network that loses answers, each exactly once", {
    timeout: 60_000,
  }, async () => {
    const path = new URL(await event({ summary: "Tea", attendees: [] })).pathname;
    const network = await losingNetwork(server.origin);
    const join = (name: string) =>
      update<CalendarEvent>(
        network.origin + path,
        (each) => ({ ...each, attendees: [...(each.attendees ?? []), name] }),
        { dialect: google, maxAttempts: 200, idempotencyKey: true },
      );
    const names = Array.from({ length: 20 }, (_, index) => `client ${index}`);
    await Promise.all(names.map(join));
    const { value } = await read<CalendarEvent>(server.origin + path, options);
    expect(value.attendees?.toSorted()).toEqual(names.toSorted());
    expect(network.lost()).toBeGreaterThan(3);
    network.close();
  });

  it("answers the requests of its guide, sent by curl", async () => {
    const url = await event();
    const { etag } = JSON.parse((await curl(url)).body);
    const put = (tag: string) =>
      curl(
        url,
        "-X",
        "PUT",
        "-H",
        `If-Match: ${tag}`,
        "-H",
        "Content-Type: application/json",
        "-d",
        '{"summary":"Coffee"}',
      );
    const saved = await put(etag);
    expect([saved.status, JSON.parse(saved.body).etag]).toEqual([200, saved.headers.get("ETag")]);
    expect((await put(etag)).status).toBe(412);
    expect((await curl(url, "-H", `If-None-Match: ${saved.headers.get("ETag")}`)).status).toBe(304);
  });
});
