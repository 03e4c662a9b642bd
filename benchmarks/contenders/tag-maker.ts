import { parseTag } from "@entity-tag/core";
import type { Contender, Role } from "./contender.ts";

type Bytes = Uint8Array<ArrayBuffer>;
/** The answer: is the result a tag, and does it depend on these bytes alone? */
export type TagMaker = Contender<Bytes, boolean>;

export function tagMaker<Prepared>(
  name: string,
  role: Role,
  prepare: (bytes: Bytes) => Prepared,
  run: (prepared: Prepared) => string | Promise<string>,
): TagMaker {
  return {
    name,
    role,
    prepare,
    run,
    async ask(bytes) {
      const changed = bytes.slice();
      changed[changed.length - 1]! ^= 1;
      const [tag, again, other] = [
        await run(prepare(bytes)),
        await run(prepare(bytes.slice())),
        await run(prepare(changed)),
      ];
      return parseTag(tag) === tag && tag === again && tag !== other;
    },
  };
}
