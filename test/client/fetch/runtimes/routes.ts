import { conditionalFetch } from "@entity-tag/client";

interface DenoLike {
  createHttpClient(options: { proxy: { url: string } }): object;
}

/** Reads one url through two proxies, "a" and "b", on Deno or on Bun: each is a server that answers itself. */
const [proxyA = "", proxyB = ""] = process.argv.slice(-2);
const deno = (globalThis as { Deno?: DenoLike }).Deno;
const routeTo = (proxy: string): object =>
  deno ? { client: deno.createHttpClient({ proxy: { url: proxy } }) } : { proxy };
const [a, b] = [routeTo(proxyA), routeTo(proxyB)];

const remembering = conditionalFetch();
const read = async (route: object) => (await remembering("http://one.example/", route as RequestInit)).text();
const texts = await Promise.all([read(a!), read(b!), read(a!)]);
for (const route of [a, b, a]) texts.push(await read(route!));
console.log(JSON.stringify(texts));
process.exit();
