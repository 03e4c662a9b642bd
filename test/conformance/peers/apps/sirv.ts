import { createServer } from "node:http";
import sirv from "sirv";
import { announce, folderWithPage } from "./page.ts";

announce(createServer(sirv(folderWithPage().folder, { etag: true })));
