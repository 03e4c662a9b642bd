import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Passes all traffic on. On demand, it lets a command through and cuts the connection at the answer. */
export async function proxyThatLosesOneAnswer(url: string, defaultPort: number) {
  const { hostname, port } = new URL(url);
  let lose: string | undefined;
  let loseEach: string | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((downstream) => {
    const upstream = connect(Number(port || defaultPort), hostname);
    let losing = false;
    for (const socket of [downstream, upstream]) sockets.add(socket.on("error", () => {}));
    downstream.on("data", (data) => {
      if (loseEach !== undefined && data.includes(loseEach)) losing = true;
      if (lose !== undefined && data.includes(lose)) {
        losing = true;
        lose = undefined;
      }
      upstream.write(data);
    });
    upstream.on("data", (data) => (losing ? downstream.destroy() : downstream.write(data)));
    downstream.on("close", () => upstream.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    loseNext: (text: string) => {
      lose = text;
    },
    /** Loses the answer to each command with this text; `undefined`: loses no answer. */
    loseAll: (text: string | undefined) => {
      loseEach = text;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
