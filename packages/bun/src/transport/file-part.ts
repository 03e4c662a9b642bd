import { isRead } from "@entity-tag/core";

declare const Bun: { inspect(value: unknown): string; file(path: string): { readonly size: number } };
type NamedFile = Blob & { readonly name?: string };

/**
 * A handler honours `Range` with `new Response(file.slice(start, end))`. Bun turns that into a 206, but only if nobody
 * has read the fields of the answer. So this makes the 206 that Bun would make. Otherwise a part would be sent as the
 * whole, with the tag of the whole.
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
  const inspected = Bun.inspect(response.clone());
  if (!/^ {2}FileRef \(/m.test(inspected)) return response;
  const file = (await response.clone().blob()) as NamedFile;
  const start = Number(/^ {4}offset: (\d+)/m.exec(inspected)?.[1] ?? 0);
  const length = Math.min(file.size, sizeOf(file) - start);
  // A file that grew since it was opened is also shorter than the file on the disk, so its beginning is a part, too.
  const isPart = start > 0 || (/^bytes=0+-/.test(range) && length < sizeOf(file));
  if (!isPart || length < 1 || response.headers.has("Content-Range")) return response;
  const part = new Response(file, { status: 206, headers: response.headers });
  part.headers.set("Content-Range", `bytes ${start}-${start + length - 1}/*`);
  if (part.headers.has("ETag")) return part;
  for (const [name, value] of fieldsOf(file)) part.headers.set(name, value);
  return part;
}

/** On the disk, now. */
function sizeOf({ name, size }: NamedFile): number {
  return name === undefined ? size : Bun.file(name).size;
}
