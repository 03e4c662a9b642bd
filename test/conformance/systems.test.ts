// Sends the four published systems of examples/systems all applicable rows, and runs the whole command on them,
// writes and a race included.
import { calendar } from "@entity-tag/example-systems/calendar";
import { wiki } from "@entity-tag/example-systems/mdn";
import { oracleHcm } from "@entity-tag/example-systems/oracle-hcm";
import { type Handler, served } from "@entity-tag/example-systems/served";
import { tririga } from "@entity-tag/example-systems/tririga";
import type { VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { describe, it, vi } from "vitest";
import { type Asked, expectConformance } from "../adapters/bed/conformance.ts";

// Other suites may be running.
vi.setConfig({ testTimeout: 60_000 });

interface System extends Omit<Asked, "isWritten"> {
  make(): Promise<Handler>;
  path: string;
}

/** A system with one record. */
const holding =
  <T>(serve: (records: VersionedStore<T>) => Handler, value: T) =>
  async (): Promise<Handler> => {
    const records = memoryStore<T>();
    await records.swap("one", null, value);
    return serve(records);
  };

const systems: Record<string, System> = {
  "IBM TRIRIGA": {
    make: holding(tririga, { tenant: "Tea House", rent: 1200, status: "draft" }),
    path: "/oslc/so/leases/one",
  },
  "the wiki of the ETag reference": {
    make: holding(wiki, "Boil fresh water.\n".repeat(9)),
    path: "/wiki/one",
  },
  "Google Calendar": {
    make: holding(calendar, { summary: "Tea", location: "Kitchen" }),
    path: "/calendars/primary/events/one",
    // As at Google, the tag is also in the content and in the answer to a PUT (`putValidator`).
    isNumbered: true,
    departing: ["write-answer-tag"],
  },
  "Oracle HCM": {
    make: holding(oracleHcm, { Name: "Ada", Grade: 7 }),
    path: "/hcmRestApi/resources/latest/workers/one",
    isNumbered: true,
  },
};

describe.concurrent("A published system breaks no MUST", () => {
  it.for(Object.entries(systems))("%s", async ([, { make, path, ...asked }]) => {
    const server = await served(await make());
    await expectConformance(`${server.origin}${path}`, { ...asked, isWritten: true }).finally(server.close);
  });
});
