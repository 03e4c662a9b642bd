import { type Answer, ask } from "../proxies/ask.ts";
import { type Asked, requests } from "./requests.ts";
import { servers, startServer } from "./servers.ts";

/** What a server made of a request: its status, and what is worth seeing beside it. */
export interface Outcome {
  status: number;
  isRight: boolean;
  notes: string[];
}

/** Every server's outcome of every request. Each request meets a server of its own. */
export async function compare(): Promise<{ asked: Asked; outcomes: Outcome[] }[]> {
  const rows = requests.map(async (asked) => {
    const outcomes = await Promise.all(Object.keys(servers).map((name) => outcomeOf(name, asked)));
    return { asked, outcomes };
  });
  return Promise.all(rows);
}

async function outcomeOf(name: string, asked: Asked): Promise<Outcome> {
  const { url, page, stop } = await startServer(name);
  try {
    const tag = (await ask(url)).headers.etag ?? "";
    if (asked.isLate) await put(url, { "If-Match": tag }, "the text of the first client");
    const before = page.text;
    const headers = Object.fromEntries(
      Object.entries(asked.headers).map(([field, value]) => [field, value.replace("T", tag)]),
    );
    const answer = await (asked.method === "GET"
      ? ask(url, "GET", headers)
      : put(url, headers, "a new text"));
    const isRight = answer.status === asked.right;
    const change = page.text === before ? "the page stays" : "**the page is overwritten**";
    return {
      status: answer.status,
      isRight,
      notes: [...notesOf(answer), ...(asked.method === "PUT" ? [change] : [])],
    };
  } finally {
    stop();
  }
}

function put(url: string, condition: Record<string, string>, text: string): Promise<Answer> {
  const length = Buffer.byteLength(text);
  return ask(url, "PUT", { "Content-Type": "text/plain", "Content-Length": length, ...condition }, text);
}

function notesOf({ headers, text }: Answer): string[] {
  const { etag } = headers;
  const tag = etag === undefined ? "no `ETag`" : etag.startsWith("W/") ? "a weak `ETag`" : "a strong `ETag`";
  const octets = text === "" ? [] : [`${text.length} octets`];
  return [tag, ...octets];
}

/** docs/before-after.md, as the servers answer now. */
export async function beforeAfter(): Promise<string> {
  const rows = await compare();
  const names = Object.keys(servers);
  const right = names.map((_, column) => rows.filter(({ outcomes }) => outcomes[column]!.isRight).length);
  return `# Before and after

Ten requests, asked of Hono with \`hono/etag\` and of Express, first as they come, then with us. Each server has one page that can be read and saved. Each
request meets a server that was just started. \`T\` is the tag that this server gave to the page. A ✗ marks an answer that is not right.

This page is written by \`npm run docs:before-after\`. A test fails when a server answers otherwise than it says here.

| | request | right | ${names.join(" | ")} |
|---|---|---|${names.map(() => "---|").join("")}
${rows.map(({ asked, outcomes }, index) => rowOf(index + 1, asked, outcomes)).join("\n")}
| | **right answers** | 10 | ${right.join(" | ")} |

## Why

${rows.map(({ asked }, index) => `${index + 1}. ${asked.why}`).join("\n")}

To be fair: neither \`hono/etag\` nor Express says that it judges writes. An application on them has to judge \`If-Match\` by itself, and these do not. Next is not among
the columns: its route handlers get no tag and no 304, so every read is a 200, and it takes a build of its own to ask it.
`;
}

function rowOf(number: number, { method, headers, isLate, right }: Asked, outcomes: Outcome[]): string {
  const fields = Object.entries(headers).map(([field, value]) => `\`${field}: ${value}\``);
  const request =
    [`\`${method}\``, ...fields].join("<br>") + (isLate ? "<br>after another client has saved" : "");
  const cells = outcomes.map(
    ({ status, isRight, notes }) => `${isRight ? "" : "✗ "}${status}<br>${notes.join("<br>")}`,
  );
  return `| ${number} | ${request} | ${right} | ${cells.join(" | ")} |`;
}
