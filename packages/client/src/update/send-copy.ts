import { credentialsIn } from "../credentials.ts";
import { HttpError } from "../errors.ts";
import { clearer, isUnsendable } from "./another-try.ts";
import { httpError, octetsOf } from "./content.ts";
import { type Doubt, type Failure, isDoubtful } from "./doubt.ts";
import { exchange } from "./exchange.ts";
import type { Job } from "./job.ts";
import { headersFor, type Payload } from "./payload.ts";
import type { Success } from "./result.ts";

/** Sends one copy of a write. */
export async function sendCopy<T>(
  job: Job<T>,
  payload: Payload<T>,
  doubt: Doubt,
): Promise<Success | Failure> {
  const headers = headersFor(await job.headers(), payload);
  const { method, body, url, key } = payload;
  if (key !== undefined) {
    const credentials = JSON.stringify(credentialsIn([...headers]));
    doubt.credentials = (doubt.credentials ?? credentials) === credentials ? credentials : null;
  }
  job.signal?.throwIfAborted();
  job.attempts++;
  const init: RequestInit = {
    method,
    headers,
    body: sentOnce(body),
    // A redirect may lead to a login page, whose 200 would look like a success.
    redirect: "manual",
    // Bun sends the request again by itself when a reused connection breaks. So this forbids the reuse of connections.
    keepalive: false,
  };
  const use = async (response: Response) =>
    response.ok ? successOf(response, await octetsOf(response)) : httpError(response, method, url);
  return exchange<Success | Failure>(job, url, init, use, (error, head) => {
    // The head says whether the write was made, so broken content does not matter.
    if (head) return head.ok ? successOf(head) : new HttpError(head, method, url);
    if (!isDoubtful(doubt) && isUnsendable(url, error)) throw clearer(url, error);
    return { lost: error };
  });
}

/**
 * Makes a Blob of the content on Deno, which sends a text or octets again by itself when a reused connection breaks.
 */
function sentOnce(body: BodyInit | null): BodyInit | null {
  const isReplayed = "Deno" in globalThis && (typeof body === "string" || ArrayBuffer.isView(body));
  return isReplayed ? new Blob([body as BlobPart]) : body;
}

function successOf(response: Response, octets?: Success["octets"]): Success {
  return { is: "applied", response, octets };
}
