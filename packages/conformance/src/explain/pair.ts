import type { Line } from "../row.ts";
import type { Exchange } from "./exchange.ts";

/**
 * A request, and its answer if there is one, from text that somebody pasted: as it goes over the wire, or as `curl -v`
 * and the report of this command print it. `undefined` if there is no request line in it.
 */
export function readPair(text: string): Exchange | undefined {
  const lines = unmarked(text.split(/\r?\n/));
  const start = lines.findIndex((line) => /^[A-Z][A-Z-]* \S+/.test(line) && !line.startsWith("HTTP/"));
  if (start < 0) return undefined;
  const [method = "", url = ""] = lines[start]!.split(" ");
  // Interim answers come first: the last status line is that of the answer.
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

/** curl marks what it sends with `>`, what it receives with `<`, and its own remarks with `*` or braces. */
function unmarked(lines: readonly string[]): string[] {
  const isMarked = lines.some((line) => /^\s*> [A-Z]+ \S+ HTTP\//.test(line));
  if (!isMarked) return lines.map((line) => line.trimEnd());
  return lines
    .filter((line) => !/^\s*([*{}]|\[)/.test(line))
    .map((line) => line.replace(/^\s*[<>] ?/, "").trimEnd());
}

function fieldsAfter(lines: readonly string[], start: number): Line[] {
  const end = lines.findIndex((line, index) => index > start && !isField(line));
  return lines.slice(start + 1, end < 0 ? lines.length : end).map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}

const isField = (line: string) => /^[!#$%&'*+.^_`|~\w-]+:/.test(line);
