import { type Handler, type Served, served } from "../served.ts";
import { conversation, type Totals } from "./conversation.ts";
import type { Ending, Story } from "./stage.ts";

export interface Played extends Ending {
  totals: Totals;
}

export interface PlayOptions {
  /** `false`: the same without conditions. */
  hasConditions?: boolean;
  isColored?: boolean;
}

/**
 * Plays a story on real servers, and prints it line by line. The last line lists the saved, protected and lost edits.
 */
export async function play(
  { title, play }: Story,
  print: (line: string) => void,
  { hasConditions = true, isColored = false }: PlayOptions = {},
): Promise<Played> {
  const servers: Served[] = [];
  const { totals, tell, fetchOf } = conversation(print, { hasConditions, isColored });
  const serve = async (handler: Handler) => {
    const server = await served(handler);
    servers.push(server);
    return server.origin;
  };
  print(hasConditions ? title : `${title} — without conditions`);
  try {
    const ending = await play({ hasConditions, tell, fetchOf, serve });
    print(`\nStored in the end: ${JSON.stringify(ending.stored) ?? "nothing"}`);
    print(lastLine(ending, totals));
    return { ...ending, totals };
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

function lastLine({ lost }: Ending, { savedOctets, protectedUpdates }: Totals): string {
  if (lost.length > 0) return `Lost, although it was acknowledged: ${lost.join(", ")}.`;
  const updates = protectedUpdates === 1 ? "1 update was" : `${protectedUpdates} updates were`;
  return `${savedOctets} octets were saved and ${updates} protected. Nothing was lost.`;
}
