import { createServer } from "node:net";

/** A port that is free now, for a program that must be told its port. */
export function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
