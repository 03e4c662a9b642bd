import { createServer } from "node:http";

/**
 * Tells the parent where the page is served, and where to ask what this process has spent: microseconds of processor.
 * Ends with the parent, however that ends.
 */
export function announce(port: number): void {
  const control = createServer((_, res) => {
    const { user, system } = process.cpuUsage();
    res.end(String(user + system));
  });
  control.listen(0, "127.0.0.1", () => {
    console.log(JSON.stringify({ port, control: (control.address() as { port: number }).port }));
  });
  process.stdin.on("end", () => process.exit(0)).resume();
}
