/** The document of the laws: it lists what was made, in order. */
export interface Document {
  made: string[];
}

/** A server that knows conditions, but no keys. A tag never comes back. */
export function plainServer(first: Document | null) {
  let state = first && { text: JSON.stringify(first), version: 1 };
  let versions = 1;
  return {
    document: () => state && (JSON.parse(state.text) as Document),
    async answer(request: Request): Promise<Response> {
      const tag = state && `"v${state.version}"`;
      if (request.method === "GET")
        return state
          ? new Response(state.text, { headers: { ETag: tag! } })
          : new Response(null, { status: 404 });
      const text = await request.text();
      const ifMatch = request.headers.get("If-Match");
      if (ifMatch !== null ? ifMatch !== tag : state !== null) return new Response(null, { status: 412 });
      state = { text, version: ++versions };
      return new Response(null, { status: 204, headers: { ETag: `"v${versions}"` } });
    },
  };
}
