import { createServer } from "node:http";
import connect from "connect";
import { announce, report, stacks } from "./node-handlers.ts";

const app = connect();
for (const [path, ...stack] of stacks) for (const middleware of stack) app.use(path, middleware);
app.use("/runs", report);

announce(createServer(app));
