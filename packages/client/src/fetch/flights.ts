import { unlessAborted } from "./abort.ts";
import type { Forwarded } from "./cache-event.ts";

/** Makes the answer for one caller; `undefined` when that caller must send its own request. */
export type Serve = (signal: AbortSignal | undefined) => Response | undefined;

/** The outcome of a request. */
export interface Outcome {
  serve: Serve;
  /** Why the server was asked; absent when it was not. */
  fwd?: Forwarded;
}

/** Asks for an answer. `isJoined` says whether more than one caller waits for it. */
export type Ask = (signal: AbortSignal | undefined, isJoined: () => boolean) => Promise<Outcome>;

export interface Flights {
  /** Joins the identical request that is under way, or starts one. */
  join(
    request: { key: string; url: string; signal: AbortSignal | undefined },
    ask: Ask,
    onJoin: (response: Response, fwd: Forwarded | undefined) => void,
  ): Promise<Response>;
  /** From now on, callers do not join the requests for this url. */
  close(url: string): void;
}

/** One request that is under way, for all callers that sent an identical request. */
interface Flight {
  url: string;
  head: Promise<Outcome>;
  waiting: number;
  /** Ends the request when all callers have left. Absent if the first caller has no signal, so never leaves. */
  controller: AbortController | undefined;
}

export function newFlights(): Flights {
  const flights = new Map<string, Flight>();

  function start(key: string, url: string, signal: AbortSignal | undefined, ask: Ask): Flight {
    const controller = signal && new AbortController();
    const remove = () => flights.get(key) === flight && flights.delete(key);
    const flight: Flight = { url, waiting: 0, controller, head: undefined as never };
    controller?.signal.addEventListener("abort", remove);
    flight.head = ask(controller?.signal, () => flight.waiting > 1);
    flight.head.then(remove, remove);
    flights.set(key, flight);
    return flight;
  }

  return {
    async join({ key, url, signal }, ask, onJoin) {
      signal?.throwIfAborted();
      const underWay = flights.get(key);
      const flight = underWay ?? start(key, url, signal, ask);
      flight.waiting++;
      const { serve, fwd } = await unlessAborted(signal, flight.head, (reason) => leave(flight, reason));
      const response = serve(signal);
      if (response && underWay) onJoin(response, fwd);
      return response ?? (await ask(signal, () => false)).serve(signal)!;
    },
    close(url) {
      for (const [key, flight] of flights) if (flight.url === url) flights.delete(key);
    },
  };
}

/** The last caller to leave ends the request. */
function leave(flight: Flight, reason: unknown): void {
  if (--flight.waiting > 0) return;
  flight.controller?.abort(reason);
  // A `fetch` that ignores its signal may still answer.
  flight.head.then(({ serve }) => serve(undefined)?.body?.cancel()).catch(() => {});
}
