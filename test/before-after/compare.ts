import { type Answer, ask } from "../proxies/ask.ts";
import { type Asked, requests } from "./requests.ts";
import { type Server, startServers } from "./servers.ts";

/** The outcome of a request at a server: its status, and the facts that are shown with it. */
export interface Outcome {
  server: string;
  status: number;
  isRight: boolean;
  notes: string[];
}

/** One of the ten requests, with every server's outcome. */
export interface Row {
  asked: Asked;
  outcomes: Outcome[];
}

/** Sends every request to every server. Each request has its own page, which no other request has changed. */
export async function compare(): Promise<Row[]> {
  const { servers, stop } = await startServers();
  try {
    const rows = requests.map(async (asked) => {
      const outcomes = await Promise.all(servers.map((server) => outcomeOf(server, asked)));
      return { asked, outcomes };
    });
    return await Promise.all(rows);
  } finally {
    stop();
  }
}

async function outcomeOf({ name, open }: Server, asked: Asked): Promise<Outcome> {
  const { url, close } = await open();
  try {
    const tag = (await ask(url)).headers.etag;
    if (asked.isLate) await put(url, tag === undefined ? {} : { "If-Match": tag }, "the first client's text");
    const before = (await ask(url)).text;
    const headers = headersOf(asked, tag);
    const answer = await (asked.method === "GET"
      ? ask(url, "GET", headers)
      : put(url, headers, "a new text"));
    const isKept = (await ask(url)).text === before;
    return {
      server: name,
      status: answer.status,
      isRight: answer.status === asked.right && (asked.method === "GET" || isKept),
      notes:
        asked.method === "GET" ? notesOf(asked, answer) : [isKept ? "the page stays" : "**overwritten**"],
    };
  } finally {
    close();
  }
}

/** The fields of the request. A client that got no tag leaves that field out. */
function headersOf({ headers }: Asked, tag: string | undefined): Record<string, string> {
  const fields = Object.entries(headers).filter(([, value]) => tag !== undefined || !/\bT\b/.test(value));
  return Object.fromEntries(fields.map(([field, value]) => [field, value.replace(/\bT\b/, tag ?? "")]));
}

function put(url: string, condition: Record<string, string>, text: string): Promise<Answer> {
  const length = Buffer.byteLength(text);
  return ask(url, "PUT", { "Content-Type": "text/plain", "Content-Length": length, ...condition }, text);
}

/** The tag in the answer to the first request, and whether the page was sent. */
function notesOf({ headers: fields }: Asked, { status, headers, text }: Answer): string[] {
  const { etag } = headers;
  const tag = etag === undefined ? "no `ETag`" : etag.startsWith("W/") ? "a weak `ETag`" : "a strong `ETag`";
  const isFirst = Object.keys(fields).length === 0;
  return [...(isFirst ? [tag] : []), ...(status === 200 ? [`${text.length} octets`] : [])];
}

/** The text of docs/before-after.md for these answers. */
export function beforeAfter(rows: readonly Row[]): string {
  const names = rows[0]!.outcomes.map(({ server }) => server);
  const right = names.map((_, column) => rows.filter(({ outcomes }) => outcomes[column]!.isRight).length);
  return `# Before and after

Ten requests are sent to Hono with \`hono/etag\`, to Express and to Next: first as their documentation shows them, then with us. Each application has a page
that clients read and save. Each request has its own page, which no other request has changed. \`T\` is the tag that the server gave to the page. If a server
gives no tag, the request is sent without that field. A ✗ marks a wrong answer.

\`npm run docs:before-after\` writes this page. A test fails when a server's answers no longer match this page.

| | request | right | ${names.join(" | ")} |
|---|---|---|${names.map(() => "---|").join("")}
${rows.map((row, index) => rowOf(index + 1, row)).join("\n")}
| | **right answers** | 10 | ${right.join(" | ")} |

## Why

${rows.map(({ asked }, index) => `${index + 1}. ${asked.why}`).join("\n")}

To be fair: \`hono/etag\`, Express and Next do not claim to judge writes. An application must judge \`If-Match\` itself, and these applications do not.
The columns of Next are about route handlers, to which Next gives no tag. It gives tags to its pages (\`generateEtags\`), which are not saved with PUT.
`;
}

function rowOf(number: number, { asked, outcomes }: Row): string {
  const { method, headers, isLate, right } = asked;
  const fields = Object.entries(headers).map(([field, value]) => `\`${field}: ${value}\``);
  const request =
    [`\`${method}\``, ...fields].join("<br>") + (isLate ? "<br>after another client has saved" : "");
  const cells = outcomes.map(({ status, isRight, notes }) =>
    [`${isRight ? "" : "✗ "}${status}`, ...notes].join("<br>"),
  );
  return `| ${number} | ${request} | ${right} | ${cells.join(" | ")} |`;
}
