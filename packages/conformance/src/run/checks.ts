import { nearest } from "../nearest.ts";

type Rule = readonly [accepts: (value: unknown) => boolean, use: string];

const positive: Rule = [(value) => Number.isFinite(value) && Number(value) > 0, "a number above 0"];
const whole: Rule = [(value) => Number.isInteger(value) && Number(value) > 0, "a whole number above 0"];
const aFunction: Rule = [(value) => typeof value === "function", "a function"];

const rules: Readonly<Record<string, Rule>> = {
  timeout: positive,
  insecure: [(value) => typeof value === "boolean", "true or false"],
  maxBody: whole,
  parallel: whole,
  connect: aFunction,
  onResult: aFunction,
};

/** @throws {TypeError} for a wrong argument. The message says what to give. */
export function checkRun(rows: unknown, target: unknown, options: unknown): void {
  if (!Array.isArray(rows))
    throw new TypeError(`run() was given ${shown(rows)} as its rows: use an array of rows`);
  const wrong = rows.find((row) => typeof row?.id !== "string" || typeof row.request?.method !== "string");
  if (wrong !== undefined || rows.includes(undefined))
    throw new TypeError(`run() was given ${shown(wrong)} as a row: use the members of \`rows\``);
  checkTarget(target);
  if (typeof options !== "object" || options === null)
    throw new TypeError(
      `run() was given ${shown(options)} as its options: use an object, as in { timeout: 5_000 }`,
    );
  for (const [name, value] of Object.entries(options)) checkOption(name, value);
}

function checkOption(name: string, value: unknown): void {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) {
    const meant = nearest(name, Object.keys(rules));
    const hint = meant ? `did you mean \`${meant}\`?` : `use ${Object.keys(rules).join(", ")}`;
    throw new TypeError(`run() has no option \`${name}\`: ${hint}`);
  }
  const [accepts, use] = rule;
  if (value !== undefined && !accepts(value))
    throw new TypeError(`run(): \`${name}\` is ${shown(value)}: use ${use}`);
}

/** @throws {TypeError} for what is not a `URL` of HTTP. The message says what to give. */
export function checkUrl(url: unknown): void {
  if (url instanceof URL && /^https?:$/.test(url.protocol)) return;
  const given = url instanceof URL ? url.href : shown(url);
  throw new TypeError(`connectTo() was given ${given}: use a URL, as in new URL("http://localhost:8080")`);
}

function checkTarget(target: unknown): void {
  if (isPlace(target)) return;
  if (typeof target === "object" && target !== null && "at" in target && "set" in target) {
    if (!isPlace(target.at))
      throw new TypeError(`run(): \`at\` of the target is ${shown(target.at)}: use a url or a function`);
    if (typeof target.set !== "function")
      throw new TypeError(`run(): \`set\` of the target is ${shown(target.set)}: use a function`);
    return;
  }
  const fetchOf = typeof target === "object" && target !== null && "fetch" in target;
  const hint = fetchOf ? "give its `fetch`" : "use a url, a function such as `app.fetch`, or { at, set }";
  throw new TypeError(`run() was given ${shown(target)} as its target: ${hint}`);
}

/** Whether it is a function, or the url of a page. */
function isPlace(target: unknown): boolean {
  if (typeof target === "function") return true;
  const url =
    target instanceof URL ? target : typeof target === "string" && URL.canParse(target) && new URL(target);
  return url !== false && (url.protocol === "http:" || url.protocol === "https:");
}

function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null)
    return `an object with ${Object.keys(value).join(", ") || "no members"}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
