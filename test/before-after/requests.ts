/** One of the ten requests. `T` in a value stands for the tag that the server gave to the page. */
export interface Asked {
  method: "GET" | "PUT";
  headers: Record<string, string>;
  /** The request comes after another client has saved the page. */
  isLate?: true;
  right: number;
  why: string;
}

export const requests: readonly Asked[] = [
  { method: "GET", headers: {}, right: 200, why: "The request has no condition: the page is sent." },
  { method: "GET", headers: { "If-None-Match": "T" }, right: 304, why: "The client has this page." },
  {
    method: "GET",
    headers: { "If-None-Match": '"a,b", T' },
    right: 304,
    why: "A comma inside quotes belongs to the tag (§8.8.3).",
  },
  {
    method: "GET",
    headers: { "If-None-Match": "*" },
    right: 304,
    why: "`*` matches any page that exists (§13.1.2).",
  },
  {
    method: "GET",
    headers: { "If-None-Match": "T", "Cache-Control": "no-cache" },
    right: 304,
    why: "`no-cache` asks caches to revalidate, which this request does. It does not forbid a 304.",
  },
  {
    method: "GET",
    headers: { "If-None-Match": 'T "b"' },
    right: 200,
    why: "A list without its comma is not valid, so it must not cause a 304.",
  },
  {
    method: "GET",
    headers: { "If-Match": '"other"' },
    right: 412,
    why: "The page has another tag (§13.1.1).",
  },
  {
    method: "PUT",
    headers: { "If-Match": '"other"' },
    right: 412,
    why: "The client names another version. The page must not change.",
  },
  {
    method: "PUT",
    headers: { "If-Match": "T" },
    isLate: true,
    right: 412,
    why: "Two clients read the page, and one saves it. The other client must not overwrite that save without having seen it.",
  },
  {
    method: "PUT",
    headers: {},
    right: 428,
    why: "The client names no version, but the application requires one (RFC 6585 §3).",
  },
];
