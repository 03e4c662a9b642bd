import { conditionalFetch } from "@entity-tag/client";

/** Reads one coded page on Bun, first without decoding it. */
const url = process.argv.at(-1)!;
const remembering = conditionalFetch();
const read = async (init?: object) =>
  (await (await remembering(url, init as RequestInit)).arrayBuffer()).byteLength;
const lengths = [await read({ decompress: false }), await read(), await read({ decompress: false })];
console.log(JSON.stringify(lengths));
process.exit();
