import { readFileSync, statSync } from "node:fs";
import { serve } from "@hono/node-server";
import { createFileResponse } from "@remix-run/response/file";
import { folderWithPage } from "./page.ts";

const { file } = folderWithPage();
const page = new File([readFileSync(file)], "page.txt", {
  type: "text/plain",
  lastModified: statSync(file).mtimeMs,
});

serve(
  {
    fetch: (request) => createFileResponse(page, request, { etag: "strong" }),
    port: 0,
    hostname: "127.0.0.1",
  },
  ({ port }) => console.log(`http://127.0.0.1:${port}`),
);
