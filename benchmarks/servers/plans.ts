import { conditional } from "@entity-tag/core/fetch";
import type { Runtime } from "../measure/runtime.ts";
import { fetchApps } from "./fetch-apps.ts";
import { nodeApps } from "./node-apps.ts";
import type { Source } from "./page.ts";
import type { Plan } from "./server.ts";

/** Bun's table of routes has finished responses, so it makes no tag. */
const ofBun = { "Bun's own routes": { role: "peer", sources: ["known"] } } as const;

/** All apps that are served on a runtime. */
export function plansFor(runtime: Runtime): Plan[] {
  const apps = {
    ...(runtime === "node" ? nodeApps : fetchApps(conditional)),
    ...(runtime === "bun" ? ofBun : {}),
  };
  return Object.entries(apps).flatMap(([name, { role, sources }]) =>
    (sources as readonly Source[]).map((source) => ({ runtime, name, role, source })),
  );
}
