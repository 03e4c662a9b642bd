import { parseArgs } from "node:util";
import { nearest } from "../nearest.ts";
import type { Line } from "../row.ts";
import { requestsOfRace } from "../write/race.ts";

/** The options of the command, checked. */
export interface Options {
  target: string;
  url: URL | undefined;
  only: readonly string[];
  skip: readonly string[];
  /** Milliseconds for one answer. */
  timeout: number;
  insecure: boolean;
  maxRequests: number;
  headers: readonly Line[];
  format: "terminal" | "json" | "junit" | "markdown";
  write: boolean;
  yes: boolean;
  body: string | undefined;
  contentType: string | undefined;
  race: number;
  against: string | undefined;
  watch: boolean;
}

/** An error in the arguments. The message says what to give. */
export class UsageError extends Error {
  override name = "UsageError";
}

const flags = {
  only: { type: "string", multiple: true },
  skip: { type: "string", multiple: true },
  timeout: { type: "string" },
  insecure: { type: "boolean" },
  "max-requests": { type: "string" },
  header: { type: "string", multiple: true, short: "H" },
  json: { type: "boolean" },
  junit: { type: "boolean" },
  markdown: { type: "boolean" },
  write: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  body: { type: "string" },
  "content-type": { type: "string" },
  race: { type: "string" },
  against: { type: "string" },
  watch: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options | "help" | "version" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  if (values.version) return "version";
  if (positionals.length > 1) throw new UsageError(tooMany(positionals));
  const given = values.against ?? positionals[0];
  if (given === undefined) throw new UsageError(withoutAddress(values));
  if (values.against !== undefined && positionals.length > 0)
    throw new UsageError(`Give an address or --against, not both: ${positionals[0]}`);
  const { url, credentials } =
    values.against === undefined ? addressIn(given) : { url: undefined, credentials: [] };
  const race = number("--race", values.race ?? "0", 0, 200);
  const options: Options = {
    target: url?.href ?? given,
    url,
    only: listOf(values.only),
    skip: listOf(values.skip),
    timeout: duration(values.timeout ?? "5"),
    insecure: values.insecure ?? false,
    maxRequests: allowance(values["max-requests"], race),
    headers: [...credentials, ...(values.header ?? []).map(headerOf)],
    format: formatOf(values),
    write: values.write ?? false,
    yes: values.yes ?? false,
    body: values.body,
    contentType: values["content-type"],
    race,
    against: values.against,
    watch: values.watch ?? false,
  };
  checkTogether(options);
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    throw new UsageError(misuse(error as Error, Object.keys(flags)));
  }
}

/** Turns an error of `parseArgs` into one line, with the option that was probably meant. */
export function misuse({ message }: Error, names: readonly string[]): string {
  const [, unknown] = /^Unknown option '--?([\w-]+)/.exec(message) ?? [];
  const [, empty] = /^Option '(?:-\w, )?(--[\w-]+) <value>' argument missing/.exec(message) ?? [];
  if (empty !== undefined) return `${empty} needs a value`;
  if (unknown === undefined) return message.split(". To specify")[0]!;
  const meant = nearest(unknown, names);
  return meant === undefined
    ? `There is no option --${unknown}`
    : `There is no option --${unknown}: did you mean --${meant}?`;
}

function withoutAddress(values: object): string {
  const [flag] =
    Object.entries(values).find(([, value]) =>
      [value].flat().some((one) => /^https?:\/\//.test(String(one))),
    ) ?? [];
  return flag === undefined
    ? "Give the address of a page, as in http://localhost:3000/"
    : `--${flag} needs a value, and the address was read as that value`;
}

function tooMany(positionals: readonly string[]): string {
  const meant = nearest(positionals[0]!, ["explain"]);
  return meant
    ? `There is no ${positionals[0]}: did you mean ${meant}?`
    : `One address at a time: ${positionals.join(" ")}`;
}

function checkTogether({ write, against, race, body, contentType, yes }: Options): void {
  if (write && against !== undefined)
    throw new UsageError("--write is for an address; --against sets its states itself");
  const alone = [
    ["--race", race > 0],
    ["--body", body !== undefined],
    ["--content-type", contentType !== undefined],
    ["--yes", yes],
  ].find(([, given]) => given);
  if (alone && !write) throw new UsageError(`${alone[0]} is for --write: without it nothing is written`);
  if (race === 1) throw new UsageError("--race 1 is no race: give 2 writers or more");
}

/** Sends a name and a password in the address as `Authorization: Basic`, as curl does. */
function addressIn(text: string): { url: URL; credentials: Line[] } {
  const url = urlOf(text);
  if (url.username === "" && url.password === "") return { url, credentials: [] };
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = "";
  url.password = "";
  return { url, credentials: [["Authorization", `Basic ${Buffer.from(pair).toString("base64")}`]] };
}

function urlOf(text: string): URL {
  if (text.startsWith("/") || text.startsWith("."))
    throw new UsageError(
      `${text} is a path: give the whole address, as in http://localhost:3000${text.replace(/^\.*/, "")}`,
    );
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full))
    throw new UsageError(`${text} is not an address: give one as in http://localhost:3000/`);
  const url = new URL(full);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new UsageError(`Cannot ask ${url.protocol} addresses: give one of http: or https:`);
  return url;
}

/** Reads `5`, `5s` and `500ms`. */
function duration(text: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(s|ms)?$/.exec(text) ?? [];
  const ms = Number(amount) * (unit === "s" ? 1000 : 1);
  if (ms >= 1 && ms <= 600_000) return ms;
  throw new UsageError(`--timeout ${text} cannot be used: give seconds up to 600, as in 5, or 500ms`);
}

function number(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${flag} ${text} cannot be used: give a whole number from ${least} to ${most}`);
}

/** The limit on requests: the requests of a race are added to the default. */
function allowance(given: string | undefined, race: number): number {
  if (given === undefined) return 200 + requestsOfRace(race);
  return number("--max-requests", given, 1, 100_000);
}

function headerOf(text: string): Line {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(
      `--header ${JSON.stringify(text)} is not a field: write it as in 'Authorization: Bearer abc'`,
    );
  return [name, value];
}

const listOf = (values: readonly string[] = []) =>
  values
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");

function formatOf(values: { json?: boolean; junit?: boolean; markdown?: boolean }): Options["format"] {
  const formats = (["json", "junit", "markdown"] as const).filter((format) => values[format]);
  if (formats.length > 1) throw new UsageError(`One form at a time: --${formats.join(" or --")}`);
  return formats[0] ?? "terminal";
}
