import * as client from "@entity-tag/client";
import { reads } from "./reads.ts";

const base = process.argv.at(-1)!;
const relative = await client.create("/page", 1).catch(({ name }: Error) => name);
console.log(JSON.stringify({ ...((await reads(client, base)) as object), relative }));
