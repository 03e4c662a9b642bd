import { mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rows } from "@entity-tag/conformance/rows";
import { handle, type Plain, validators } from "../../../adapters/apps/handlers.ts";

const byId = new Map(rows.map((row) => [row.id, row]));
const counts = new Map<string, number>();

/** The answer of a row's handler. The handler sets the validators; the framework must evaluate the conditions. */
export function answerOf(path: string): Plain {
  const id = path.slice(path.lastIndexOf("/") + 1);
  counts.set(id, (counts.get(id) ?? 0) + 1);
  return handle("late", byId.get(id)!, undefined);
}

/** The validators of a row's resource. */
export const validatorsOf = (path: string): Record<string, string> =>
  validators(byId.get(path.slice(path.lastIndexOf("/") + 1))!);

/** How often the handler of a row ran: `/count/<id>`. */
export const countOf = (path: string): string =>
  String(counts.get(path.slice(path.lastIndexOf("/") + 1)) ?? 0);

export const announce = (server: Server): void => {
  server.listen(0, "127.0.0.1", () =>
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
};

/** A folder with one page, whose date of change is long ago. */
export function folderWithPage(): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), "entity-tag-peer-"));
  const file = join(folder, "page.txt");
  writeFileSync(file, "A page of some length, which a server of files sends as it is.\n");
  const changed = new Date("2026-01-02T03:04:05Z");
  utimesSync(file, changed, changed);
  return { folder, file };
}
