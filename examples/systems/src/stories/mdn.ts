import { ConflictError, conditionalFetch, read, update } from "@entity-tag/client";
import { memoryStore } from "@entity-tag/store/memory";
import { merge } from "node-diff3";
import { wiki } from "../mdn.ts";
import type { Ending, Stage, Story } from "./stage.ts";

const PAGE = "# Tea\n\nBoil fresh water.\n\nWait for three minutes.\n";

/** Two people save one page of a wiki: the second meets a mid-air collision, sees both texts and merges them. */
export const story: Story = {
  title: "The wiki of the ETag reference: a mid-air collision",
  async play(stage: Stage): Promise<Ending> {
    const pages = memoryStore<string>();
    await pages.swap("tea", null, PAGE);
    const url = `${await stage.serve(wiki(pages, { require: stage.hasConditions }))}/wiki/tea`;
    const as = (person: string) => ({
      fetch: stage.fetchOf(person),
      encode: (text: string) => text,
      decode: (response: Response) => response.text(),
      backoff: () => 0,
    });

    stage.tell("Ann and Bob open the page. Its tag is the hash of its text.");
    const ann = await read<string>(url, as("Ann"));
    const bob = await read<string>(url, as("Bob"));
    await update(ann, (text) => text.replace("fresh water", "fresh, soft water"), as("Ann"));
    stage.tell("Bob saves his text on the version that he opened.");
    const mine = bob.value.replace("three", "four");
    try {
      await update(bob, () => mine, { ...as("Bob"), maxAttempts: 1 });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      stage.tell("A mid-air collision. Bob is shown both texts, and saves the merge of them.");
      const merged = (theirs: string) =>
        merge(mine, bob.value, theirs, { stringSeparator: "\n" }).result.join("\n");
      await update<string>(url, merged, as("Bob"));
    }

    stage.tell("Dee reads the page twice.");
    const remembering = conditionalFetch({ fetch: stage.fetchOf("Dee") });
    for (let i = 0; i < 2; i++) await (await remembering(url)).text();
    const stored = (await pages.read("tea"))!.value;
    return {
      stored,
      lost: [
        ...(stored.includes("soft") ? [] : ["Ann's word"]),
        ...(stored.includes("four") ? [] : ["Bob's word"]),
      ],
    };
  },
};
