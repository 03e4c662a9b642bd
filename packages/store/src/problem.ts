const TITLES = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  503: "Service Unavailable",
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

/** Another writer was faster every time, or the store is locked: nothing was written. */
export function busy(): Response {
  const detail = "Too many writers at once. Nothing was changed; send the request again after a moment.";
  return problem(503, detail, { "Retry-After": "1" });
}

export function notFound(): Response {
  return problem(404, "Nothing is here.");
}
