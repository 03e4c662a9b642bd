// Prints how large the space for young objects is after 20,000 responses: node young-responses-program.ts <way>
import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getHeapSpaceStatistics } from "node:v8";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { beforeHead } from "@entity-tag/node/before-head";

const etag = '"v1"';
const middleware = conditional();
const answer = (res: ServerResponse) => void res.setHeader("ETag", etag).end("Hello");

const ways: Record<string, (req: IncomingMessage, res: ServerResponse) => void> = {
  "a bare handler": (_, res) => answer(res),
  "conditional()": (req, res) => middleware(req, res, () => answer(res)),
  "conditional() with writeHead": (req, res) => {
    middleware(req, res, () => void res.writeHead(200, { ETag: etag }).end("Hello"));
  },
  "conditional() above a layer": (req, res) => {
    const { writeHead } = res;
    res.writeHead = writeHead.bind(res) as typeof writeHead;
    middleware(req, res, () => answer(res));
  },
  checkPreconditions: (req, res) => {
    if (!checkPreconditions(req, res, { etag })) answer(res);
  },
  "beforeHead()": (req, res) => {
    beforeHead(req, res, () => {});
    answer(res);
  },
};

const respond = ways[process.argv[2] ?? ""]!;
for (let i = 0; i < 20_000; i++) {
  const req = new IncomingMessage(null as unknown as Socket);
  Object.assign(req, { method: "GET", httpVersionMajor: 1, httpVersionMinor: 1 });
  if (i % 2 === 0) Object.assign(req, { headers: { "if-none-match": etag } });
  respond(req, new ServerResponse(req));
  if (i % 50 === 0) await new Promise(setImmediate);
}
console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!.space_size);
