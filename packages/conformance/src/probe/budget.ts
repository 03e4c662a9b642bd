/** An error: the limit on requests of the command or of the server is reached. */
export class OutOfRequests extends Error {
  override name = "OutOfRequests";
}

/** How many requests a session may send. */
export interface Budget {
  readonly asked: number;
  /** Counts one request. Throws `OutOfRequests` when no more may be sent. */
  spend(): void;
  /** A request that the server did not receive does not count. */
  giveBack(): void;
  /** No more requests may be sent, for this reason. */
  end(reason: string): OutOfRequests;
}

/** `onAsk`: called before each request with the number of requests so far. */
export function budgetOf(maxRequests: number, onAsk?: (asked: number) => void): Budget {
  let asked = 0;
  let ended: string | undefined;
  return {
    get asked() {
      return asked;
    },
    spend() {
      if (ended !== undefined) throw new OutOfRequests(ended);
      if (asked >= maxRequests) throw new OutOfRequests(`${maxRequests} requests were sent already`);
      asked++;
      onAsk?.(asked);
    },
    giveBack() {
      asked--;
    },
    end(reason) {
      ended = reason;
      return new OutOfRequests(reason);
    },
  };
}
