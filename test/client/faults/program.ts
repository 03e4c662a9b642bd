// Runs every cell of the table of faults, and prints the outcomes, and the timers that are left.
import * as client from "@entity-tag/client";
import { runAll } from "./cell.ts";

const rejections: string[] = [];
process.on("unhandledRejection", (reason) => rejections.push(String(reason)));
// Node makes its connections, and shows how, at the first request.
await fetch("data:,");
const outcomes = await runAll(client);
const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout");
console.log(JSON.stringify({ version: process.version, outcomes, rejections, timers }));
