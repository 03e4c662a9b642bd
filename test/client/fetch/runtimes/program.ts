import * as client from "@entity-tag/client";
import { reads } from "./reads.ts";

const base = process.argv.at(-1)!;
console.log(JSON.stringify(await reads(client, base)));
