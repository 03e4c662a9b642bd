import { conditional } from "@entity-tag/core/fetch";
import { Elysia } from "elysia";
import { guardedRows, report } from "./fetch-handlers.ts";

const guarded = guardedRows(conditional);

new Elysia()
  .all("/:mode/:row", ({ request, path }) => guarded[path]!(request))
  .get("/runs", report)
  .listen(0, ({ port }) => console.log(`http://localhost:${port}`));
