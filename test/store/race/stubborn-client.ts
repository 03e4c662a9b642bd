import { type Answer, connect, type Message } from "./connection.ts";
import { type Current, incremented, replacement } from "./document.ts";
import type { Tally } from "./history.ts";

export interface Orders {
  client: number;
  /** Read again for each request, because servers are killed and restarted. */
  origins: readonly string[];
  path: string;
  /** Sends a request whose answer was lost again, under the same Idempotency-Key, until it is answered. */
  replays: boolean;
  /** Milliseconds until it gives a request up. */
  patience: number;
  /** Called before each increment. */
  goesOn(done: number): boolean;
}

/** Increments over servers and networks that fail, and counts the answers. */
export async function stubbornClient(orders: Orders): Promise<Tally> {
  const { client, path, replays } = orders;
  const tally: Tally = {
    client,
    replays,
    acknowledged: 0,
    refused: 0,
    unknown: 0,
    resent: 0,
    found: 0,
    failed: 0,
  };
  const { send, read, close } = roaming(orders, () => tally.failed++);
  let current = await read();
  for (let done = 0; orders.goesOn(done); ) {
    const value = incremented(current.value, client);
    const message = replacement(path, current, value);
    if (replays) message.headers = { ...message.headers, "idempotency-key": `"${path}-${client}-${done}"` };
    let answer = await send(message);
    let copies = 1;
    for (; replays && !answer; copies++) answer = await send(message);
    tally.resent += copies - 1;
    const outcome = outcomeOf(answer);
    current = outcome === "made" ? { tag: answer!.tag, value } : await seen(answer);
    // A refused copy does not tell the outcome of the earlier ones. So the client reads whether its increment was made.
    const found = outcome === "refused" && copies > 1 && current.value.by[client] === value.by[client];
    const made = outcome === "made" || found;
    if (found) tally.found++;
    if (made) tally.acknowledged++;
    else if (outcome === "refused") tally.refused++;
    else tally.unknown++;
    if (made || outcome === "unknown") done++;
  }
  close();
  return tally;

  /** A 412 contains the current document. */
  async function seen(answer: Answer | undefined): Promise<Current> {
    return answer?.status === 412 ? { tag: answer.tag, value: JSON.parse(answer.body) } : read();
  }
}

function outcomeOf(answer: Answer | undefined): "made" | "refused" | "unknown" {
  if (!answer) return "unknown";
  if (answer.status === 200 || answer.status === 204) return "made";
  // 503 means that too many swaps were lost, and nothing was written.
  if (answer.status === 412 || answer.status === 503) return "refused";
  throw new Error(`PUT was answered ${answer.status}: ${answer.body}`);
}

/** Sends through one server after the other, on connections that it keeps. */
function roaming({ client, origins, path, patience }: Orders, onFailure: () => void) {
  const connection = connect();
  let turn = client;
  return { send, read, close: () => connection.close() };

  /** Undefined when the outcome of the request is unknown. A 500 means the same. */
  async function send(message: Message): Promise<Answer | undefined> {
    const answer = await connection
      .send(origins[turn++ % origins.length]!, message, patience)
      .catch(() => undefined);
    if (answer?.status !== 500) return answer;
    onFailure();
    return undefined;
  }

  async function read(): Promise<Current> {
    for (;;) {
      const answer = await send({ method: "GET", path });
      if (answer?.status === 200) return { tag: answer.tag, value: JSON.parse(answer.body) };
    }
  }
}
