import { preferredReturn } from "./prefer.ts";
import { stamp } from "./validators.ts";
import type { Unread, Versioned } from "./versioned-store.ts";

/** How a value is shown: a 200 with a body. */
export type Represent<T> = (value: T) => Response | Promise<Response>;

export interface Success<T> {
  request: Request;
  represent: Represent<T> | undefined;
  /** Whether the body comes unasked; otherwise only under `Prefer: return=representation`. */
  echo: boolean;
  /** Where the created resource is. */
  location: string;
}

/** 201 with `Location`, 200 with the new representation, or 204; with the new tag, unless nothing is left to have one. */
export async function success<T>(
  { request, represent, echo, location }: Success<T>,
  current: Versioned<T> | Unread | null,
  created: boolean,
): Promise<Response> {
  if (current === null) return new Response(null, { status: 204 });
  const preference = preferredReturn(request);
  const wanted = preference ? preference === "representation" : echo;
  const shown = represent && wanted && "value" in current ? await represent(current.value) : undefined;
  const headers = stamp(new Headers(shown?.headers), current);
  if (created) headers.set("Location", location);
  if (shown) headers.set("Content-Location", location);
  if (represent && preference) headers.set("Preference-Applied", `return=${preference}`);
  return new Response(shown?.body ?? null, { status: created ? 201 : shown ? 200 : 204, headers });
}
