import { type Row, rows } from "@entity-tag/conformance/rows";
import type { Current } from "@entity-tag/core";
import { cached, fieldsOf, greeting, greetingState, handle, isLate, type Plain, pathOf } from "./handlers.ts";

/** The work of an app for one path, where the package of its framework judges the conditions. */
export interface Page {
  /** The result of `current` for it. */
  readonly state: Current;
  /** Fields that an outer layer sets before any condition is judged. */
  readonly before: Record<string, string>;
  handle(range: string | undefined): Plain;
}

const plain = (headers: Record<string, string>): Plain => ({ status: 200, headers, body: greeting });

/** The pages by path. */
export const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ...rows.map((row): [string, Page] => [
    pathOf("early", row),
    { state: row.state as Current, before: fieldsOf(row), handle: (range) => handle("early", row, range) },
  ]),
  ...rows
    .filter(isLate)
    .map((row): [string, Page] => [
      pathOf("late", row),
      { state: null, before: {}, handle: (range) => handle("late", row, range) },
    ]),
  ["/early/greeting", { state: greetingState, before: cached, handle: () => plain({}) }],
  ["/late/greeting", { state: null, before: {}, handle: () => plain(cached) }],
]);

/** The paths of one policy, which a package gets when it is set up. */
export interface Policied {
  readonly early: boolean;
  readonly policy: NonNullable<Row["policy"]>;
  readonly paths: string[];
}

export const policies: readonly Policied[] = grouped();

function grouped(): Policied[] {
  const groups = new Map<string, Policied>();
  const add = (early: boolean, policy: Policied["policy"], path: string) => {
    const key = JSON.stringify([early, policy]);
    const group = groups.get(key) ?? { early, policy, paths: [] };
    groups.set(key, group);
    group.paths.push(path);
  };
  for (const row of rows) {
    add(true, row.policy ?? {}, pathOf("early", row));
    if (isLate(row)) add(false, row.policy ?? {}, pathOf("late", row));
  }
  add(true, {}, "/early/greeting");
  return [...groups.values()];
}
