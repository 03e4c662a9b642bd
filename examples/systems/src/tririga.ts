import { keyBelow, resource, type VersionedStore } from "@entity-tag/store";
import type { Handler } from "./served.ts";

/** A lease, as a facility manager keeps it. */
export interface Lease {
  tenant: string;
  rent: number;
  status: "draft" | "active";
}

/**
 * Records as the OSLC interface of IBM TRIRIGA serves them.
 *
 * The tag says when a record was last updated, and guards writes. Without a condition, or with `*`, an update is
 * unconditional, but creates no record. Business validation refuses a change with a problem of its own.
 */
export function tririga(records: VersionedStore<Lease>): Handler {
  return resource(records, {
    key: keyBelow("/oslc/so/leases"),
    tag: "time+version",
    mustExist: true,
    validate: (value) => {
      const { tenant, status } = value as Lease;
      return status !== "active" || tenant !== "" || "An active lease needs a tenant.";
    },
  });
}
