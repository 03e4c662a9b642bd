import { wrongArgument } from "../contract/given.ts";
import type { Versioned, VersionInfo } from "../contract/versioned-store.ts";
import type { Outcome } from "./outcome.ts";
import { preferredReturn } from "./prefer.ts";
import { busy, constraintViolated, full, invalidValue, notFound, problem } from "./problem.ts";
import { TAG_FORMATS, type TagFormat } from "./tag-format.ts";
import { setValidators } from "./validators.ts";

/** Represents a value: a 200 with a body. The state has the octets of the value, if they were kept. */
export type Represent<T> = (value: T, state: Versioned<T>) => Response | Promise<Response>;

/** How the answer to a write shows the new value. */
export interface Shown<T> {
  request: Request;
  represent: Represent<T> | undefined;
  /** `true`: the body is always sent. Otherwise it is sent only under `Prefer: return=representation`. */
  echo: boolean;
  /** The location of the created resource. */
  location: string;
  /** How its tag is made. Default: from the version. */
  format?: TagFormat | undefined;
  /**
   * True when the answer may carry validators. An answer to PUT may not when the stored or shown octets differ from
   * those that were sent. @see RFC 9110 §9.3.4
   */
  mayHaveValidators?: ((current: Versioned<T> | VersionInfo) => boolean) | undefined;
}

/** Turns the outcome of a write into its answer. */
export async function answerTo<T>(outcome: Outcome<T>, shown: Shown<T>): Promise<Response> {
  switch (outcome.kind) {
    case "created":
    case "updated":
      return success(shown, outcome.current, outcome.kind === "created");
    case "deleted":
      return new Response(null, { status: 204 });
    case "repeated":
      return repeated(outcome, shown);
    case "refused":
      return outcome.refusal;
    case "declined":
      return outcome.response;
    case "absent":
      return notFound();
    case "key-reused":
      return problem(422, "This Idempotency-Key came with another request before.");
    case "unreadable":
      return problem(409, "The value that is here cannot be read. Replace it with PUT, or remove it.");
    case "too-large":
      return problem(413, outcome.reason);
    case "constraint":
      return constraintViolated(outcome.reason);
    case "invalid":
      return invalidValue(outcome.reason);
    case "busy":
      return busy();
    case "full":
      return full();
  }
}

/** 201 with `Location`, 200 with the new representation, or 204; all with the new tag. */
async function success<T>(
  { request, represent, echo, location, ...tagging }: Shown<T>,
  current: Versioned<T>,
  created: boolean,
): Promise<Response> {
  const preference = preferredReturn(request);
  const wanted = preference ? preference === "representation" : echo;
  const shown = represent && wanted ? checkedResponse(await represent(current.value, current)) : undefined;
  const headers = withValidators(tagging, new Headers(shown?.headers), current);
  if (created) headers.set("Location", location);
  if (shown) headers.set("Content-Location", location);
  if (represent && preference) headers.set("Preference-Applied", `return=${preference}`);
  return new Response(shown?.body ?? null, { status: created ? 201 : shown ? 200 : 204, headers });
}

function checkedResponse(shown: Response): Response {
  if (typeof shown?.headers?.get === "function") return shown;
  throw wrongArgument("mutate(), by its `represent`,", shown, "a Response, such as Response.json(value)");
}

/** Repeats the first answer. It can show the content only while that version is current. */
async function repeated<T>(
  { first, current }: Extract<Outcome<T>, { kind: "repeated" }>,
  shown: Shown<T>,
): Promise<Response> {
  const { version, created, lastModified } = first;
  const location = first.location ?? shown.location;
  if (version === null) return new Response(null, { status: 204 });
  const isCurrent = current?.version === version;
  if (isCurrent && "value" in current) return success({ ...shown, location }, current, created);
  const info: VersionInfo = isCurrent
    ? current
    : { version, ...(lastModified !== undefined && { lastModified }) };
  // The ledger of another store may keep no times. Without it, a tag with a time cannot be made.
  const isKnown =
    lastModified !== undefined || isCurrent || (shown.format ?? TAG_FORMATS.version) === TAG_FORMATS.version;
  const headers = isKnown ? withValidators(shown, new Headers(), info) : new Headers();
  if (created) headers.set("Location", location);
  if (shown.represent && (shown.echo || preferredReturn(shown.request)))
    headers.set("Preference-Applied", "return=minimal");
  return new Response(null, { status: created ? 201 : 204, headers });
}

function withValidators<T>(
  { format, mayHaveValidators }: Pick<Shown<T>, "format" | "mayHaveValidators">,
  headers: Headers,
  current: Versioned<T> | VersionInfo,
): Headers {
  return (mayHaveValidators?.(current) ?? true) ? setValidators(headers, current, format) : headers;
}
