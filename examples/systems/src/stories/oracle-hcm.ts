import { items, oracle, update } from "@entity-tag/client";
import { memoryStore } from "@entity-tag/store/memory";
import { oracleHcm, type ShownWorker, type Worker } from "../oracle-hcm.ts";
import type { Ending, Stage, Story } from "./stage.ts";

const NAMES = ["Ada", "Ben", "Cleo"];

/** Workers are promoted from a list, each by the tag that the list shows, while another manager does the same. */
export const story: Story = {
  title: "Oracle HCM: two managers promote workers from one list",
  async play(stage: Stage): Promise<Ending> {
    const workers = memoryStore<Worker>();
    for (const Name of NAMES) await workers.swap(Name.toLowerCase(), null, { Name, Grade: 1 });
    const url = `${await stage.serve(oracleHcm(workers))}/hcmRestApi/resources/latest/workers`;
    const as = (person: string) => ({
      fetch: stage.fetchOf(person),
      dialect: oracle,
      method: "PATCH" as const,
      backoff: () => 0,
    });

    stage.tell("Ann and Bob load the list. Every worker in it carries its own tag.");
    const listOf = async (person: string) =>
      items<ShownWorker>(await (await stage.fetchOf(person)(url)).json(), oracle, url);
    const [ann, bob] = [await listOf("Ann"), await listOf("Bob")];
    const promote = (worker: ShownWorker) => ({ ...worker, Grade: worker.Grade + 1 });
    for (const worker of ann) await update(worker, promote, as("Ann"));
    stage.tell("Bob promotes Ada once more, from the list that he loaded before.");
    await update(bob[0]!, promote, as("Bob"));

    const stored = await Promise.all(
      NAMES.map(async (name) => (await workers.read(name.toLowerCase()))!.value),
    );
    const [ada] = stored;
    return { stored, lost: ada?.Grade === 3 ? [] : ["one promotion of Ada"] };
  },
};
