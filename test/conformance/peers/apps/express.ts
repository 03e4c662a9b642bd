import { createServer } from "node:http";
import express from "express";
import { announce, answerOf, countOf } from "./page.ts";

const app = express();
app.all("/rows/:id", (request, response) => {
  const { status, headers, body } = answerOf(request.path);
  response.status(status).set(headers).send(body);
});
app.get("/count/:id", (request, response) => void response.send(countOf(request.path)));

announce(createServer(app));
