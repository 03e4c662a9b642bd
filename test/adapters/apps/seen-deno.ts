import { conditional } from "@entity-tag/deno";
import { seeing } from "./seen-requests.ts";

interface Info {
  remoteAddr: { transport: string };
  completed: Promise<void>;
}
declare const Deno: {
  serve(options: { port: number }, handler: (request: Request, info: Info) => unknown): unknown;
};

const handlers = seeing(
  (_, { remoteAddr }: Info) => ({ transport: remoteAddr.transport }),
  conditional as never,
);

Deno.serve({ port: 0 }, (request, info) =>
  handlers[new URL(request.url).pathname.slice(1) as "late"](request, info),
);
