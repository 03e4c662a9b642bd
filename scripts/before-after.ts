// Writes docs/before-after.md: the answers to the same ten requests, with this project and without. `npm run
// docs:before-after`
import { writeFileSync } from "node:fs";
import { beforeAfter, compare } from "../test/before-after/compare.ts";
import { root } from "./command.ts";

writeFileSync(`${root}/docs/before-after.md`, beforeAfter(await compare()));
