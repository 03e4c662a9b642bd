import { strong } from "@entity-tag/core";

/** What every server serves: one page of 1 kB whose version is known, or has to be found out from its content. */
export const page = {
  tag: strong("33a64df551425fcc55e4d42a148795d9f25f89d4"),
  body: JSON.stringify({
    content: "An entity tag names one version of one thing. ".repeat(22).slice(0, 986),
  }),
  type: "application/json",
} as const;

/** Where the tag comes from: the handler knows it, or it is made from the content of each answer. */
export type Source = "known" | "content";

export function respond(headers: Record<string, string> = {}): Response {
  return new Response(page.body, { headers: { "Content-Type": page.type, ...headers } });
}
