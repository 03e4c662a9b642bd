const TITLES = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  503: "Service Unavailable",
  507: "Insufficient Storage",
} as const;

/** A refusal in words, for a machine and for a person. @see RFC 9457 §3 */
export function problem(
  status: keyof typeof TITLES,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const body = JSON.stringify({ type: "about:blank", title: TITLES[status], status, detail });
  return new Response(body, { status, headers: { ...headers, "Content-Type": "application/problem+json" } });
}

/** The store cannot be read now. */
export function unreadableNow(): Response {
  const detail = "The store cannot be read at the moment. Send the request again after a moment.";
  return problem(503, detail, { "Retry-After": "1" });
}

/** Other writers were faster every time, or the store cannot write now: nothing was written. */
export function busy(): Response {
  const detail =
    "The store cannot write this at the moment. Nothing was changed; send the request again after a moment.";
  return problem(503, detail, { "Retry-After": "1" });
}

/** The store has no room: nothing was written. */
export function full(): Response {
  const detail = "The store is full. Nothing was changed; send the request again later.";
  return problem(507, detail, { "Retry-After": "60" });
}

export function notFound(): Response {
  return problem(404, "Nothing is here.");
}
