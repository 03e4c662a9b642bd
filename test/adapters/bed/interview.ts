import { rows } from "../../rows.ts";
import { isLate, type Mode } from "../apps/handlers.ts";
import type { Answer, Ask, Connection } from "./connection.ts";

/** One row, asked in one mode. */
export interface Question {
  mode: Mode;
  index: number;
  path: string;
}

/** What a server did with a question: the answer, or why there is none, and what became of the connection. */
export interface Reply {
  answer?: Answer;
  fault?: string;
  runs: number;
}

export type Connect = (port: number) => Promise<Connection>;

export const questions: readonly Question[] = rows.flatMap((row, index) => [
  { mode: "early" as const, index, path: `/early/${index}` },
  ...(isLate(row) ? [{ mode: "late" as const, index, path: `/late/${index}` }] : []),
]);

const lanes = 4;

/** Asks a server every question, one after the other on few connections that stay open. */
export async function interview(
  open: () => Promise<Connection>,
  base: string,
): Promise<Map<Question, Reply>> {
  const replies = new Map<Question, Reply>(questions.map((question) => [question, { runs: 0 }]));
  const queue = questions.values();
  await Promise.all(Array.from({ length: lanes }, () => lane(queue, replies, open, base)));
  for (const [path, runs] of Object.entries(await countRuns(open, base))) {
    const question = questions.find((candidate) => candidate.path === path);
    if (question !== undefined) replies.get(question)!.runs = runs;
  }
  return replies;
}

/** A connection that fails is the fault of the answer before, unless the request fails on a new one, too. */
async function lane(
  queue: Iterable<Question>,
  replies: Map<Question, Reply>,
  open: () => Promise<Connection>,
  base: string,
): Promise<void> {
  let connection = await open();
  let before: Reply | undefined;
  for (const question of queue) {
    const reply = replies.get(question)!;
    try {
      reply.answer = await soon(connection.ask(toAsk(question, base)));
      before = reply;
    } catch (first) {
      connection.close();
      connection = await open();
      try {
        reply.answer = await soon(connection.ask(toAsk(question, base)));
        if (before !== undefined) before.fault = `the connection did not serve the next request: ${first}`;
        before = reply;
      } catch (second) {
        reply.fault = String(second);
        connection.close();
        connection = await open();
        before = undefined;
      }
    }
  }
  await connection.ask({ method: "GET", path: `${base}/runs`, headers: [] });
  connection.close();
}

function toAsk({ index, ...question }: Question, base: string): Ask {
  const path = base + question.path;
  const { method, headers } = rows[index]!;
  const writes = method === "PUT" || method === "POST" || method === "PATCH";
  return writes
    ? { method, path, headers: [...headers, ["Content-Type", "text/plain"]], body: "what is to be written" }
    : { method, path, headers };
}

async function countRuns(open: () => Promise<Connection>, base: string): Promise<Record<string, number>> {
  const connection = await open();
  const { body } = await connection.ask({ method: "GET", path: `${base}/runs`, headers: [] });
  connection.close();
  return JSON.parse(body);
}

function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer within 5 s")), 5_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
