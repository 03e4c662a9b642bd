declare const Bun: { serve(options: { port: number; routes: object; fetch(): Response }): { port: number } };

const { port } = Bun.serve({
  port: 0,
  routes: { "/page.txt": new Response("A page of some length, which Bun sends by itself.\n") },
  fetch: () => new Response("nothing is here", { status: 404 }),
});
console.log(`http://127.0.0.1:${port}`);
