import { conditionalFetch, create, google, isNotModified, read, remove, update } from "@entity-tag/client";
import { memoryStore } from "@entity-tag/store/memory";
import { type CalendarEvent, calendar } from "../calendar.ts";
import type { Ending, Stage, Story } from "./stage.ts";

/** Ann and Bob edit one event at the same time. Cyd wants to delete an event whose changes she has not seen. */
export const story: Story = {
  title: "Google Calendar: two people edit one event",
  async play(stage: Stage): Promise<Ending> {
    const origin = await stage.serve(calendar(memoryStore()));
    const url = `${origin}/calendars/primary/events/tea`;
    const as = (person: string) => ({ fetch: stage.fetchOf(person), dialect: google, backoff: () => 0 });

    await create<CalendarEvent>(url, { summary: "Tea" }, as("Ann"));
    stage.tell("Ann and Bob open the event. Then both change it and save.");
    const ann = await read<CalendarEvent>(url, as("Ann"));
    const bob = await read<CalendarEvent>(url, as("Bob"));
    await update(ann, (event) => ({ ...event, location: "Garden" }), as("Ann"));
    stage.tell("Bob saves on the version that he opened.");
    const changed = await update(bob, (event) => ({ ...event, summary: "Tea and cake" }), as("Bob"));
    stage.tell(
      `Bob's change was saved after ${changed.attempts} attempt${changed.attempts === 1 ? "" : "s"}.`,
    );

    stage.tell("Dee reads the event twice. She remembers what she has.");
    const remembering = conditionalFetch({ fetch: stage.fetchOf("Dee") });
    await (await remembering(url)).text();
    if (isNotModified(await remembering(url)))
      stage.tell("Nothing has changed, so her own copy is the answer.");

    stage.tell("Cyd deletes the event as she saw it before all this.");
    const isGone = await remove(ann, as("Cyd")).then(
      () => true,
      (error: unknown) => !(error instanceof Error),
    );
    const stored = isGone ? undefined : (await read<CalendarEvent>(url, as("Ann"))).value;
    if (stored) stage.tell("The event has changed since Cyd saw it, so it is still there.");
    return { stored, lost: lostOf(stored) };
  },
};

function lostOf(event: CalendarEvent | undefined): string[] {
  if (event === undefined) return ["the event itself"];
  return [
    ...(event.location === "Garden" ? [] : ["Ann's location"]),
    ...(event.summary === "Tea and cake" ? [] : ["Bob's summary"]),
  ];
}
