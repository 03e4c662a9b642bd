import { createServer } from "node:http";

/**
 * Tells the parent the address of the page, and the address that reports the processor time of this process, in
 * microseconds. It ends with the parent, even if that is killed.
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
