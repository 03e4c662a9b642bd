export const revalidate = 3600;

/** A new number each time that the handler runs. */
export const GET = () => new Response(crypto.randomUUID());
