/** A request as a client would send it; the content is sent as JSON unless it is text already. */
export function request(
  method: string,
  headers: Record<string, string> = {},
  content?: unknown,
  path = "/pages/home",
): Request {
  const body = content === undefined || typeof content === "string" ? content : JSON.stringify(content);
  const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
  return new Request(`https://example.com${path}`, {
    method,
    headers: { ...type, ...headers },
    body: body ?? null,
  });
}

/** The parts of an answer, in the order of the wire, so that one comparison is enough. */
export async function said(response: Response) {
  const body = await response.text();
  return { status: response.status, etag: response.headers.get("ETag"), body: body && parsed(body) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
