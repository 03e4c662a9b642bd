import restify from "restify";
import { answerOf, countOf, validatorsOf } from "./page.ts";

interface Response {
  etag?: string;
  header(name: string, value: string): void;
  send(status: number, body: string): void;
  sendRaw(status: number, body: string): void;
}
type Handler = (request: { path(): string }, response: Response, next: () => void) => void;

const server = restify.createServer();
const found = new WeakMap<object, ReturnType<typeof answerOf>>();
const load: Handler = (request, response, next) => {
  const answer = answerOf(request.path());
  found.set(response, answer);
  for (const [name, value] of Object.entries(answer.headers)) response.header(name, value);
  // The plugin removes the quotes from the request's tag, and compares the rest with this: its documentation shows a
  // hash without quotes.
  response.etag = validatorsOf(request.path()).etag?.replace(/^(?:W\/)?"(.*)"$/, "$1") ?? "";
  next();
};
const send: Handler = (_, response, next) => {
  const { status, body } = found.get(response)!;
  response.sendRaw(status, body);
  next();
};
for (const method of ["get", "head", "put", "post", "patch", "del", "opts"])
  server[method]("/rows/:id", load, restify.plugins.conditionalRequest(), send);
server.get("/count/:id", (request: { path(): string }, response: Response, next: () => void) => {
  response.sendRaw(200, countOf(request.path()));
  next();
});

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
