import { HttpError, read, update } from "@entity-tag/client";
import { afterEach, describe, expect, it } from "vitest";
import { type DocumentServer, documentServer } from "./document-server.ts";

interface Counter {
  n: number;
}
const increment = ({ n }: Counter) => ({ n: n + 1 });
const options = { backoff: () => 1 };

let server: DocumentServer;
afterEach(() => server.close());

/** A server whose first GET and first PUT are answered with this status and this `Retry-After`. */
async function busy(status: number, field: string) {
  server = await documentServer(
    { n: 1 },
    {
      fault: ({ nth }) =>
        nth === 1 ? { status, headers: field === "" ? {} : { "retry-after": field } } : undefined,
    },
  );
}

describe.each([429, 503])("update: a %i with a Retry-After", (status) => {
  it.each([
    ["that is missing", ""],
    ["that is negative", "-5"],
    ["that is a fraction", "0.5"],
    ["that is not a time", "soon"],
    ["of 0", "0"],
    ["that is in the past", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ])("%s is followed by another try, after the usual pause, and the write is made once", async (_, field) => {
    await busy(status, field);
    const { value, attempts } = await update<Counter>(server.url, increment, options);
    expect([value, attempts]).toEqual([{ n: 2 }, 2]);
    expect(server.methods()).toEqual(["GET", "GET", "PUT", "PUT"]);
    expect(server.history.at(-1)).toEqual({ n: 2 });
  });

  it.each([
    ["of an hour", "3600"],
    ["larger than any number", "9".repeat(400)],
    ["in the next century", "Fri, 06 Nov 2099 08:49:37 GMT"],
  ])("%s ends the update at once, so that the caller can plan", async (_, field) => {
    await busy(status, field);
    const error = await read(server.url, options).catch((error) => error);
    expect(error).toBeInstanceOf(HttpError);
    expect([error.status, error.response.headers.get("Retry-After")]).toEqual([status, field]);
    expect(server.methods()).toEqual(["GET"]);
  });
});
