import type { Row } from "../row.ts";
import { answers } from "./answers.ts";
import { codings } from "./codings.ts";
import { comparison } from "./comparison.ts";
import { dates } from "./dates.ts";
import { existence } from "./existence.ts";
import { withHead } from "./group.ts";
import { hostile } from "./hostile.ts";
import { methods } from "./methods.ts";
import { notDateRows } from "./not-dates.ts";
import { order } from "./order.ts";
import { otherSuites } from "./other-suites.ts";
import { pairs } from "./pairs.ts";
import { policies } from "./policies.ts";
import { ranges } from "./ranges.ts";
import { tagSyntax } from "./tag-syntax.ts";

/** Every row. */
export const rows: readonly Row[] = [
  ...comparison,
  ...tagSyntax,
  ...existence,
  ...dates,
  ...notDateRows,
  ...ranges,
  ...order,
  ...pairs,
  ...methods,
  ...answers,
  ...codings,
  ...policies,
  ...hostile,
  ...otherSuites,
].flatMap(withHead);
