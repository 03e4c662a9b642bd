import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { root } from "../readme/code-blocks.ts";

/** Names that readers did not understand, and their successors. */
const successors: Record<string, string> = {
  answer: "checkPreconditions",
  answered: "checkPreconditions",
  settle: "responseFor, replacementOf",
  stays: "keeps",
  staysIn: "keepsFor",
  stamp: "withMissingFields",
  Held: "ConditionResult",
  Settled: "PlainResponse",
  isMisread: "isUnsafeForSimpleChecks",
  keepFromHandler: "hideFromHandler",
  inForms: "withCodings",
  uncodedTag: "tagWithoutCoding",
  overtaken: "lostRace",
  takeBack: "removeHeadersExcept",
  withholding: "maskContentHeaders",
  PATIENCE: "WAIT_TIMEOUT_MS",
  Unread: "VersionInfo",
  blind: "skipValue",
  insist: "retry",
  inLine: "inTurn",
};

it("no package declares a function, a type or a constant under a name that was replaced", () => {
  const files = globSync("packages/!(conformance)/src/**/*.ts", {
    cwd: root,
  });
  expect(files.length).toBeGreaterThan(150);
  const declared = files.flatMap((file) => {
    const text = readFileSync(`${root}/${file}`, "utf8");
    // At the left edge: a local variable may be called `answer`.
    const names = [
      ...text.matchAll(/^(?:export )?(?:async )?(?:function|const|type|interface|class) (\w+)/gm),
    ];
    return names.map(([, name = ""]) => ({ file, name }));
  });
  const old = declared.filter(({ name }) => Object.hasOwn(successors, name));
  expect(old.map(({ file, name }) => `${file}: ${name}, today ${successors[name]}`)).toEqual([]);
});
