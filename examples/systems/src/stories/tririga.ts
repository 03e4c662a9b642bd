import { HttpError, read, update } from "@entity-tag/client";
import { memoryStore } from "@entity-tag/store/memory";
import { type Lease, tririga } from "../tririga.ts";
import type { Ending, Stage, Story } from "./stage.ts";

/** Two managers change one lease, and a change that the business does not allow is refused for its own reason. */
export const story: Story = {
  title: "IBM TRIRIGA: two managers change one lease",
  async play(stage: Stage): Promise<Ending> {
    const leases = memoryStore<Lease>();
    await leases.swap("4711", null, { tenant: "Ada Ltd", rent: 1000, status: "draft" });
    const url = `${await stage.serve(tririga(leases))}/oslc/so/leases/4711`;
    const as = (person: string) => ({ fetch: stage.fetchOf(person), backoff: () => 0 });

    stage.tell("Ann and Bob open the same lease. The tag says when it was last updated.");
    const ann = await read<Lease>(url, as("Ann"));
    const bob = await read<Lease>(url, as("Bob"));
    await update(ann, (lease) => ({ ...lease, status: "active" as const }), as("Ann"));
    stage.tell("Bob raises the rent on the version that he opened.");
    await update(bob, (lease) => ({ ...lease, rent: lease.rent + 50 }), as("Bob"));

    stage.tell("Cyd removes the tenant of an active lease. The server refuses this under every version.");
    try {
      await update<Lease>(url, (lease) => ({ ...lease, tenant: "" }), as("Cyd"));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      stage.tell(`Refused at once: ${error.problem?.detail}`);
    }
    const stored = (await leases.read("4711"))!.value;
    return {
      stored,
      lost: [
        ...(stored.status === "active" ? [] : ["Ann's activation"]),
        ...(stored.rent === 1050 ? [] : ["Bob's rent"]),
      ],
    };
  },
};
