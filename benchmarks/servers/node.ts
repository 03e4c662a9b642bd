// Serves the page on Node until its input ends: node servers/node.ts <app> <known|content>
import { createServer } from "node:http";
import { announce } from "./control.ts";
import { nodeApps } from "./node-apps.ts";
import type { Source } from "./page.ts";

const [name = "", source = "known"] = process.argv.slice(2);
const listener = await nodeApps[name]!.make(source as Source)!;
const server = createServer(listener).listen(0, "127.0.0.1", () => {
  announce((server.address() as { port: number }).port);
});
