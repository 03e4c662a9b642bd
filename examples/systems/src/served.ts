import { serve } from "srvx";

export type Handler = (request: Request) => Response | Promise<Response>;

export interface Served {
  /** Without a slash at its end. */
  origin: string;
  close(): Promise<void>;
}

/** The handler on a real socket of this machine, at a port that is free. */
export async function served(fetch: Handler): Promise<Served> {
  const server = serve({ fetch, hostname: "127.0.0.1", port: 0, silent: true });
  await server.ready();
  return { origin: new URL(server.url!).origin, close: () => server.close(true) };
}
