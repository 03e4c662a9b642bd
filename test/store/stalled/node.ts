import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { conditional } from "@entity-tag/node";
import { getRequestListener } from "@hono/node-server";
import { answer } from "./pages.ts";

const listener = getRequestListener(answer, { overrideGlobalObjects: false });
const judge = conditional();
const server = createServer((req, res) => judge(req, res, () => listener(req, res))).listen(0, "127.0.0.1");
await once(server, "listening");
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
