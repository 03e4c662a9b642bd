import { isResponse } from "@entity-tag/core/adapter";
import { wrongArgument } from "../contract/given.ts";
import type { Versioned, VersionInfo } from "../contract/versioned-store.ts";
import type { Outcome } from "./outcome.ts";
import { pathReference } from "./path-reference.ts";
import { preferredReturn } from "./prefer.ts";
import { busy, constraintViolated, full, invalidValue, notFound, problem } from "./problem.ts";
import { TAG_FORMATS, type TagFormat } from "./tag-format.ts";
import { validatorsOf } from "./validators.ts";

/** Represents a value: a 200 with a body. The state has the octets of the value, if they were kept. */
export type Represent<T> = (value: T, state: Versioned<T>) => Response | Promise<Response>;

/** How the answer to a write shows the new value. */
export interface AnswerOptions<T> {
  request: Request;
  represent: Represent<T> | undefined;
  /** `true`: the body is always sent. Otherwise it is sent only under `Prefer: return=representation`. */
  echo: boolean;
  /** The location of the created resource. Default: the request's own path. */
  location: string | undefined;
  /** How its tag is made. Default: from the version. */
  format?: TagFormat | undefined;
  /** Other fields of an answer to a write that was made. */
  fields?: Record<string, string> | undefined;
  /**
   * True when the answer may carry validators. An answer to PUT may not when the stored or shown octets differ from
   * those that were sent. @see RFC 9110 §9.3.4
   */
  mayHaveValidators?: ((current: Versioned<T> | VersionInfo) => boolean) | undefined;
}

/** Turns the outcome of a write into its answer. */
export function answerTo<T>(outcome: Outcome<T>, shown: AnswerOptions<T>): Response | Promise<Response> {
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
      return problem(422, "Another request used this Idempotency-Key before.");
    case "unreadable":
      return problem(409, "The stored value cannot be read. Replace it with PUT, or remove it.");
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
function success<T>(
  how: AnswerOptions<T>,
  current: Versioned<T>,
  created: boolean,
): Response | Promise<Response> {
  const { request, represent, echo, location } = how;
  const preference = preferredReturn(request);
  const wanted = preference ? preference === "representation" : echo;
  const fields = validators(how, current);
  if (created) fields.Location = location ?? pathOf(request);
  if (represent && preference) fields["Preference-Applied"] = `return=${preference}`;
  if (represent && wanted) return withContent(how, fields, represent(current.value, current), created);
  return new Response(null, { status: created ? 201 : 204, headers: fields });
}

async function withContent<T>(
  { request, location }: AnswerOptions<T>,
  fields: Record<string, string>,
  content: Response | Promise<Response>,
  created: boolean,
): Promise<Response> {
  const shown = checkedResponse(await content);
  const headers = new Headers(shown.headers);
  for (const name in fields) headers.set(name, fields[name]!);
  headers.set("Content-Location", location ?? pathOf(request));
  return new Response(shown.body, { status: created ? 201 : 200, headers });
}

export function pathOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return pathReference(pathname) + search;
}

function checkedResponse(shown: Response): Response {
  if (isResponse(shown)) return shown;
  throw wrongArgument("mutate(), by its `represent`,", shown, "a Response, such as Response.json(value)");
}

/** Repeats the first answer. It can show the content only while that version is current. */
function repeated<T>(
  { first, current }: Extract<Outcome<T>, { kind: "repeated" }>,
  shown: AnswerOptions<T>,
): Response | Promise<Response> {
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
  const headers = isKnown ? validators(shown, info) : {};
  if (created) headers.Location = location ?? pathOf(shown.request);
  if (shown.represent && (shown.echo || preferredReturn(shown.request)))
    headers["Preference-Applied"] = "return=minimal";
  return new Response(null, { status: created ? 201 : 204, headers });
}

function validators<T>(
  { format, mayHaveValidators, fields }: AnswerOptions<T>,
  current: Versioned<T> | VersionInfo,
): Record<string, string> {
  const own = (mayHaveValidators?.(current) ?? true) ? validatorsOf(current, format) : {};
  return fields ? Object.assign(own, fields) : own;
}
