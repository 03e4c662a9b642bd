import type { Line } from "../row.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Reads a request, and its answer if there is one, from pasted text. The text may be raw HTTP, or the output of
 * `curl -v`, wget, a browser's network panel or this command. `undefined` if the text has no request.
 */
export function readPair(text: string): Exchange | undefined {
  const lines = unfolded(unmarked(text.split(/\r?\n/)));
  const start = lines.findIndex((line) => /^[A-Z][A-Z-]* \S+/.test(line) && !line.startsWith("HTTP/"));
  if (start < 0) return readNamed(lines);
  const [method = "", url = ""] = lines[start]!.split(" ");
  // Interim answers come first, so the last status line belongs to the answer.
  const answer = lines.findLastIndex((line, index) => index > start && /^HTTP\/\d(\.\d)? \d{3}/.test(line));
  const request = { method, url, headers: fieldsAfter(lines, start) };
  if (answer < 0) return { request, response: undefined };
  const headers = fieldsAfter(lines, answer);
  const body = lines
    .slice(answer + headers.length + 2)
    .join("\n")
    .trim();
  return { request, response: { status: Number(lines[answer]!.split(" ")[1]), headers, body } };
}

/**
 * A request whose method is on its own line: `:method: GET` of HTTP/2, or `Request Method: GET` of a browser's
 * panel, which shows the fields of the answer before those of the request.
 */
function readNamed(lines: readonly string[]): Exchange | undefined {
  const general = new Map<string, string>();
  const request: Line[] = [];
  const response: Line[] = [];
  let fields = request;
  for (const line of lines) {
    if (/^(request headers|:method\b)/i.test(line)) fields = request;
    if (/^(response headers|:status\b)/i.test(line)) fields = response;
    const [, name = "", value] = /^(:?[\w -]+?)(?::\s*|\t+)(.*)$/.exec(line) ?? [];
    if (value === undefined) continue;
    if (/^:| /.test(name)) general.set(name.toLowerCase(), value);
    else fields.push([name, value]);
  }
  const method = general.get(":method") ?? general.get("request method");
  if (method === undefined) return undefined;
  const url = general.get("request url") ?? general.get(":path") ?? "/";
  const status = Number.parseInt(general.get(":status") ?? general.get("status code") ?? "", 10);
  const answer = status >= 200 ? { status, headers: response, body: "" } : undefined;
  return { request: { method, url, headers: request }, response: answer };
}

/**
 * Removes the marks of tools. curl marks sent lines with `>`, received lines with `<`, and remarks with `*` or braces.
 * wget writes remarks between dashes.
 */
function unmarked(lines: readonly string[]): string[] {
  const isMarked = lines.some((line) => /^\s*> [A-Z]+ \S+ HTTP\//.test(line));
  if (!isMarked)
    return lines.filter((line) => !/^(---.*---|\* .*|[$#] .*)$/.test(line)).map((line) => line.trimEnd());
  return lines
    .filter((line) => !/^\s*([*{}]|\[)/.test(line))
    .map((line) => line.replace(/^\s*[<>] ?/, "").trimEnd());
}

/** Joins a field that continues on the next line, which begins with a space (RFC 9112 §5.2). */
function unfolded(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    const last = whole.at(-1) ?? "";
    if (/^[ \t]+\S/.test(line) && isField(last)) whole[whole.length - 1] = `${last} ${line.trim()}`;
    else whole.push(line);
  }
  return whole;
}

function fieldsAfter(lines: readonly string[], start: number): Line[] {
  const end = lines.findIndex((line, index) => index > start && !isField(line));
  return lines.slice(start + 1, end < 0 ? lines.length : end).map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}

const isField = (line: string) => /^[!#$%&'*+.^_`|~\w-]+:/.test(line);
