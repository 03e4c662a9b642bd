import { isRead } from "@entity-tag/core";
import { wholes } from "./static-response.ts";

declare const Bun: { inspect(value: unknown): string; file(path: string): { readonly size: number } };
type NamedFile = Blob & { readonly name?: string };

/**
 * A handler honours `Range` with `new Response(file.slice(start, end))`. Bun turns that into a 206, but only if nobody
 * has read the fields of the answer. So this makes the 206 that Bun would make. Otherwise a part would be sent as the
 * whole.
 *
 * `fieldsOf`: the fields that the part gets unless it has a tag of its own.
 */
export async function asPart<Res extends Response | undefined>(
  { method, headers }: Request,
  response: Res,
  fieldsOf: (file: Blob) => Iterable<[name: string, value: string]>,
): Promise<Res | Response> {
  const range = headers.get("Range");
  if (range === null || !isRead(method) || !response || response.status !== 200) return response;
  if (response.bodyUsed || wholes.has(response)) return response;
  const copy = response.clone();
  if (!/^ {2}FileRef \(/m.test(Bun.inspect(copy))) {
    // Otherwise the copy of a stream would keep all that is sent.
    copy.body?.cancel().catch(() => {});
    return response;
  }
  // Of another copy, because an inspected one knows its size.
  const file = (await response.clone().blob()) as NamedFile;
  const part = partOf(file);
  const isAsked = part && (part.start > 0 || /^bytes=0+-/.test(range));
  if (!isAsked || response.headers.has("Content-Range")) return response;
  const answer = new Response(file, { status: 206, headers: response.headers });
  answer.headers.set("Content-Range", `bytes ${part.start}-${part.start + part.length - 1}/*`);
  if (answer.headers.has("ETag")) return answer;
  for (const [name, value] of fieldsOf(file)) answer.headers.set(name, value);
  return answer;
}

/**
 * The bytes that Bun sends of a file, if they are not all of it. A file that has grown since a program read its size is
 * sent with that size, so its beginning is a part, too.
 */
export function partOf(file: NamedFile): { start: number; length: number } | undefined {
  // Bun looks up a size that is not known when it is read. A slice of such a file has an enormous size.
  const known = file.slice(1).size + 1;
  const start = Number(/^ +offset: (\d+)/m.exec(Bun.inspect(file))?.[1] ?? 0);
  const onDisk = file.name === undefined ? file.size : Bun.file(file.name).size;
  const length = Math.min(known, onDisk - start);
  return (start > 0 || known < onDisk) && length > 0 ? { start, length } : undefined;
}
