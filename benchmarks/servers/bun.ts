// Serves the page on Bun until its input ends: bun servers/bun.ts <app> <known|content>
import { conditional } from "@entity-tag/bun";
import { announce } from "./control.ts";
import { fetchApps } from "./fetch-apps.ts";
import { page, respond, type Source } from "./page.ts";

declare const Bun: { serve(options: object): { port: number } };

const [name = "", source = "known"] = process.argv.slice(2);
const fetch = fetchApps(conditional as never)[name]?.make(source as Source);
// Any other app is Bun's own: a table of routes with the whole response, which Bun answers natively.
const options = fetch ? { fetch } : { routes: { "/page": respond({ ETag: page.tag }) } };
announce(Bun.serve({ ...options, port: 0, hostname: "127.0.0.1" }).port);
