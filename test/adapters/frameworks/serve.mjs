// Serves what a framework has built. The first argument is its name, the second says whether a compressor is in front.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import compression from "compression";

const [framework, isCompressed] = process.argv.slice(2);
const built = (file) => import(pathToFileURL(`${process.cwd()}/${file}`).href);

const handlers = {
  sveltekit: async () => (await built("build/handler.js")).handler,
  astro: async () => (await built("dist/server/entry.mjs")).handler,
  "react-router": async () => {
    const { createRequestListener } = await import("@react-router/node");
    return createRequestListener({ build: await built("build/server/index.js") });
  },
};
const handle = await handlers[framework]();
const compress = isCompressed === "compressed" ? compression({ threshold: 0 }) : (_req, _res, next) => next();
const notFound = (res) => () => res.writeHead(404).end();

const server = createServer((req, res) => compress(req, res, () => handle(req, res, notFound(res))));
server.listen(0, () => console.log(`http://localhost:${server.address().port}`));
