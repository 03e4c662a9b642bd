// One of several processes that keep answers in one file: node one-process.ts FILE URL
import { DatabaseSync } from "node:sqlite";
import { conditionalFetch } from "@entity-tag/client";
import { sqliteStore } from "@entity-tag/client/sqlite";

const [file, url] = process.argv.slice(2);
let failures = 0;
const remembering = conditionalFetch({
  store: sqliteStore(new DatabaseSync(file!)),
  onEvent: ({ text }) => {
    if (text.includes("failed")) failures++;
  },
});
let answers = 0;
for (let round = 0; round < 12; round++)
  await Promise.all(
    Array.from({ length: 5 }, async (_, page) => {
      await (await remembering(`${url}/${page}`)).text();
      answers++;
    }),
  );
console.log(`${answers} answers, ${failures} failures`);
