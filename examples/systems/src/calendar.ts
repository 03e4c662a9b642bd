import { keyBelow, resource, type VersionedStore } from "@entity-tag/store";
import type { Handler } from "./served.ts";

export interface CalendarEvent {
  summary: string;
  location?: string;
  attendees?: string[];
}

/** An event as a client has it. */
export interface ShownEvent extends CalendarEvent {
  id: string;
  etag: string;
}

/**
 * Events as the Google Calendar API serves them: each has its tag in the body, with its quotes, and the same in the
 * field.
 *
 * Google sends the tag in the answer to PUT, too, so `putValidator` departs from RFC 9110 §9.3.4 here.
 */
export function calendar(events: VersionedStore<CalendarEvent>): Handler {
  return resource(events, {
    key: keyBelow("/calendars/primary/events"),
    newKey: true,
    putValidator: true,
    represent: (event, { key, etag }) => ({ kind: "calendar#event", etag, id: key, ...event }),
    collection: (items, { next }) => ({
      kind: "calendar#events",
      items: items.map(({ value }) => value),
      nextPage: next,
    }),
    read: (body) => {
      const { kind: _, etag: __, id: ___, ...event } = body as ShownEvent & { kind: string };
      return event;
    },
  });
}
