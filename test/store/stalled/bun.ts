import { answer } from "./pages.ts";

declare const Bun: { serve(options: object): { port: number } };

const { port } = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
console.log(`http://127.0.0.1:${port}`);
