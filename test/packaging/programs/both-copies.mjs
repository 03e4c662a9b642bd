// Loads both copies of each package, the one for `import` and the one for `require`, and lets them meet. Node runs it
// in a folder with nothing but the packed packages: `require.test.ts` copies it there.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import * as client from "@entity-tag/client";
import * as adapter from "@entity-tag/core/adapter";
import * as core from "@entity-tag/core/fetch";
import * as node from "@entity-tag/node";
import * as store from "@entity-tag/store";
import * as memory from "@entity-tag/store/memory";

const require = createRequire(import.meta.url);
const imported = { client, adapter, core, node, store, memory };
const required = {
  client: require("@entity-tag/client"),
  adapter: require("@entity-tag/core/adapter"),
  core: require("@entity-tag/core/fetch"),
  node: require("@entity-tag/node"),
  store: require("@entity-tag/store"),
  memory: require("@entity-tag/store/memory"),
};

for (const [one, other] of [
  [imported, required],
  [required, imported],
]) {
  assert.notEqual(one.store.StoreBusyError, other.store.StoreBusyError, "there are two copies");
  await errorsOfTheStore(one.store, other.store);
  await anUnreadableValue(one, other);
  await errorsOfTheClient(one.client, other.client);
  await keptAnswers(one.client, other.client);
  await acceptedCodings(one, other);
  await requestsOfNode(one.node, other.node);
}

/** A store made with one copy fails, and the other copy answers. */
async function errorsOfTheStore(one, other) {
  const rows = [
    ["StoreBusyError", 503],
    ["StoreFullError", 507],
    ["ValueTooLargeError", 413],
    ["ConstraintError", 409],
    ["InvalidValueError", 422],
  ];
  for (const [name, status] of rows) {
    const error = new one[name]("text");
    for (const [known] of rows)
      assert.equal(error instanceof other[known], known === name, `${name} ${known}`);
    assert.ok(error instanceof Error && error.name === name);
    const failing = {
      read: async () => null,
      swap: () => Promise.reject(error),
    };
    const request = new Request("http://localhost/home", { method: "PUT", body: "{}" });
    const answer = await other.mutate(request, failing, "home", () => ({}));
    assert.equal(answer.status, status, name);
  }
  assert.ok(!(null instanceof one.StoreBusyError) && !(new Error("text") instanceof one.StoreBusyError));
}

/** A value that cannot be decoded may be replaced. */
async function anUnreadableValue(one, other) {
  const current = { version: "1" };
  const error = new one.store.UnreadableValueError("text", current);
  assert.ok(error instanceof other.store.UnreadableValueError);
  const broken = {
    read: () => Promise.reject(error),
    swap: async (_key, expected, value) => ({ swapped: expected === "1", current: { version: "2", value } }),
  };
  const headers = { "Content-Type": "application/json" };
  const request = new Request("http://localhost/home", { method: "PUT", body: "{}", headers });
  assert.equal((await other.store.resource(broken)(request)).status, 204);
}

async function errorsOfTheClient(one, other) {
  const url = "http://localhost/";
  const attempts = 1;
  const errors = {
    ConflictError: new one.ConflictError({ url, attempts, base: 1, mine: 2 }),
    MissingValidatorError: new one.MissingValidatorError(url),
    UnusableValidatorError: new one.UnusableValidatorError(url, '"v1"'),
    AmbiguousWriteError: new one.AmbiguousWriteError({ url, attempts }),
    AlreadyExistsError: new one.AlreadyExistsError(url),
    HttpError: new one.HttpError(new Response(null, { status: 403 }), "GET", url),
  };
  for (const [name, error] of Object.entries(errors)) {
    assert.notEqual(one[name], other[name], "there are two copies");
    for (const known of Object.keys(errors))
      assert.equal(error instanceof other[known], known === name, `${name} ${known}`);
    assert.ok(error instanceof Error && error.name === name);
    // A report of an error, such as a line of a log, is not an error.
    assert.ok(!({ name, code: error.code } instanceof one[name]) && !(null instanceof one[name]));
  }
  const fetch = async () => new Response(null, { status: 403 });
  const thrown = await one.read(url, { fetch }).catch((reason) => reason);
  assert.ok(thrown instanceof other.HttpError && !(thrown instanceof other.ConflictError));
}

async function keptAnswers(one, other) {
  let asked = 0;
  const remembering = one.conditionalFetch({
    fetch: async () =>
      new Response(asked++ ? null : "Hello", { status: asked > 1 ? 304 : 200, headers: { ETag: '"v1"' } }),
  });
  const first = await remembering("http://localhost/");
  await first.text();
  const again = await remembering("http://localhost/");
  assert.equal(await again.clone().text(), "Hello");
  assert.deepEqual([first, again, again.clone()].map(other.isNotModified), [false, true, true]);
}

/** An adapter accepts codings for a request, and the user's handler judges it with the other copy. */
async function acceptedCodings(one, other) {
  const headers = { "If-Match": '"v1-gzip"' };
  const request = new Request("http://localhost/", { method: "PUT", body: "text", headers });
  assert.equal(other.core.checkPreconditions(request, { etag: '"v1"' })?.status, 412);
  one.adapter.acceptCodings(request, ["gzip"]);
  assert.equal(other.core.checkPreconditions(request, { etag: '"v1"' }), undefined);
}

/** The middleware of one copy hides conditions from the handler, which asks the other copy. */
async function requestsOfNode(one, other) {
  const judge = one.conditional();
  const server = createServer((req, res) =>
    judge(req, res, () => {
      if (other.checkPreconditions(req, res, { etag: '"v1"' })) return;
      res.end(String(req.headers["if-match"]));
    }),
  );
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const ask = async (headers) => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
    return [answer.status, answer.headers.get("ETag"), answer.status === 412 || (await answer.text())];
  };
  assert.deepEqual(await ask({ "If-Match": '"v0"' }), [412, '"v1"', true]);
  assert.deepEqual(await ask({ "If-Match": '"v1"' }), [200, '"v1"', "undefined"]);
  assert.deepEqual(await ask({ "If-None-Match": '"v1"' }), [304, '"v1"', ""]);
  server.closeAllConnections();
  server.close();
}
