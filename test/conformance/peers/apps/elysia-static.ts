import { staticPlugin } from "@elysiajs/static";
import { Elysia } from "elysia";
import { folderWithPage } from "./page.ts";

const assets = folderWithPage().folder;
new Elysia()
  .use(await staticPlugin({ assets, prefix: "/" }))
  .listen(0, ({ port }) => console.log(`http://127.0.0.1:${port}`));
