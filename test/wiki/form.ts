/** A document of the wiki as a browser without script sees it. */
export interface Document {
  status: number;
  url: string;
  text: string;
  etag: string | null;
}

export async function open(url: string, headers: Record<string, string> = {}): Promise<Document> {
  const response = await fetch(url, { headers });
  return documentOf(response);
}

/** Sends a form as a browser does: line ends as CRLF, and the answer to a redirect. */
export async function submit(url: string, fields: Record<string, string>): Promise<Document> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) body.append(name, value.replaceAll("\n", "\r\n"));
  return documentOf(await fetch(url, { method: "POST", body }));
}

/** The value of a hidden field. */
export function hidden({ text }: Document, name: string): string {
  const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1];
  if (found === undefined) throw new Error(`The document has no hidden field ${name}:\n${text}`);
  return unescaped(found);
}

/** The content of a text field, without the line end that markup puts before it. */
export function area({ text }: Document, name: string): string {
  const found = new RegExp(`<textarea[^>]*name="${name}"[^>]*>\n?([^<]*)</textarea>`).exec(text)?.[1];
  if (found === undefined) throw new Error(`The document has no text field ${name}`);
  return unescaped(found);
}

async function documentOf(response: Response): Promise<Document> {
  const { status, url, headers } = response;
  return { status, url, text: await response.text(), etag: headers.get("ETag") };
}

function unescaped(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
