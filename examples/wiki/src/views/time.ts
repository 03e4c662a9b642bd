import { html } from "hono/html";
import type { Markup } from "./layout.ts";

/** A time for people: the date and the minute in UTC. The panel's script may show it in local time. */
export function ago(time: number): Markup {
  const iso = new Date(time).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}
