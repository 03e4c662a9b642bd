import { createServer } from "node:http";
import send from "send";
import { announce, folderWithPage } from "./page.ts";

const { folder } = folderWithPage();

announce(
  createServer((request, response) => void send(request, "/page.txt", { root: folder }).pipe(response)),
);
