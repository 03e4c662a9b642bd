export const revalidate = 60;

/** Another one for each time that the handler runs. */
export const GET = () => new Response(crypto.randomUUID());
