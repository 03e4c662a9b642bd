export const GET = () => new Response("Not for you", { status: 403, headers: { ETag: '"v1"' } });
