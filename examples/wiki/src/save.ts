import { createHash } from "node:crypto";
import { parseTag } from "@entity-tag/core";
import { mutate, type VersionedStore } from "@entity-tag/store";
import { FORM_CONDITION } from "./conversation/record.ts";
import type { Page } from "./storage.ts";

/** A write that a form asks for. */
export interface FormWrite {
  url: string;
  name: string;
  /** The tag of the version that the form was opened with; empty: no page existed. */
  tag: string;
  /** The text to save; `null` deletes the page. */
  content: string | null;
}

/**
 * Saves a form on condition of its hidden tag. The answer is that of `mutate`: 2xx, or 412 when another write came
 * first.
 *
 * A form that is sent twice is the same write: its key is made of everything in it. So a double click or a reload gets
 * the first answer again and never a collision with itself. A form that creates a page has no key: after the page was
 * deleted, the same text may be meant once more, and the first answer would claim a save that was not made.
 */
export async function saveForm(pages: VersionedStore<Page>, write: FormWrite): Promise<Response> {
  const { url, name, tag, content } = write;
  const condition: [name: string, value: string] = tag === "" ? ["If-None-Match", "*"] : ["If-Match", tag];
  const headers = new Headers([condition]);
  if (tag !== "") headers.set("Idempotency-Key", `"${operationOf(write)}"`);
  const request = new Request(url, { method: content === null ? "DELETE" : "POST", headers });
  const next = content === null ? null : { content };
  const response = await mutate(request, pages, name, () => next, { body: content ?? "" });
  const answer = new Response(response.body, response);
  answer.headers.set(FORM_CONDITION, condition.join(": "));
  return answer;
}

/** Whether the hidden tag of a form is one that this wiki can have sent. */
export function isFormTag(tag: string): boolean {
  return tag === "" || parseTag(tag) !== undefined;
}

function operationOf({ name, tag, content }: FormWrite): string {
  return createHash("sha256")
    .update(JSON.stringify([name, tag, content]))
    .digest("base64url");
}
