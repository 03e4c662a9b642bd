import { createServer } from "node:http";
import { announce, serveRows } from "./node-handlers.ts";

announce(createServer(serveRows));
