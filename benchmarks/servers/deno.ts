// Serves the page on Deno until its input ends: deno run servers/deno.ts <app> <known|content>
import { conditional } from "@entity-tag/deno";
import { announce } from "./control.ts";
import { fetchApps } from "./fetch-apps.ts";
import type { Source } from "./page.ts";

declare const Deno: {
  serve(options: object, handler: unknown): { addr: { port: number } };
};

const [name = "", source = "known"] = process.argv.slice(2);
const handler = fetchApps(conditional as never)[name]!.make(source as Source);
announce(Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler).addr.port);
