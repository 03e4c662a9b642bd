import { strong } from "@entity-tag/core";

/** The page of every server: 1 kB. Its version is known, or must be computed from its content. */
export const page = {
  tag: strong("33a64df551425fcc55e4d42a148795d9f25f89d4"),
  body: JSON.stringify({
    content: "An entity tag names one version of one thing. ".repeat(22).slice(0, 986),
  }),
  type: "application/json",
} as const;

/** The source of the tag: the handler knows it, or it is made from the content of each answer. */
export type Source = "known" | "content";

export function respond(headers: Record<string, string> = {}): Response {
  return new Response(page.body, { headers: { "Content-Type": page.type, ...headers } });
}
