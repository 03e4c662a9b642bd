/** The form of a request; `undefined` if it cannot be read. It reads no more than `maxBytes`. */
export async function readForm(
  request: Request,
  maxBytes: number,
): Promise<FormData | "too long" | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength;
      if (length > maxBytes) return "too long";
      chunks.push(chunk);
    }
    const type = request.headers.get("Content-Type") ?? "";
    return await new Response(new Blob(chunks), { headers: { "Content-Type": type } }).formData();
  } catch {
    return undefined;
  }
}
