import { createServer } from "node:http";
import polka from "polka";
import { announce, report, stacks } from "./node-handlers.ts";

const app = polka();
for (const [path, ...stack] of stacks) app.all(path, ...stack);
app.get("/runs", report);

// Polka adds what its own type of request has.
announce(createServer((request, response) => app.handler(request as polka.Request, response)));
