import { keyProblem } from "../contract/key.ts";
import { newVersion } from "../contract/version.ts";
import { invalidValue } from "../write/problem.ts";
import { approved, unauthorized } from "./approval.ts";
import type { Place } from "./representation.ts";
import type { Settings } from "./settings.ts";
import { type Collection, urlBelow } from "./target.ts";

/** The place of a new member, or the answer that says why it cannot have one. */
export async function newPlace<T>(
  settings: Settings<T>,
  request: Request,
  collection: Collection,
  value: T,
): Promise<Place | Response> {
  const name = await newName(settings, request, value);
  if (name instanceof Response) return name;
  const key = collection.prefix + name;
  // The function made the key from content of the network, so this is not a mistake in the program.
  const unusable = typeof name !== "string" || name === "" ? "it is not a name" : keyProblem(key);
  if (unusable) return invalidValue(`No key can be made of this content: ${unusable}.`);
  const url = urlBelow(request, collection)(key);
  if (!isAddress(url, request)) return invalidValue("No address can be made of this content.");
  return (await unauthorized(settings, request, key)) ?? { key, url: () => url };
}

/** The key of a new member below its collection. */
async function newName<T>(settings: Settings<T>, request: Request, value: T): Promise<string | Response> {
  const { newKey } = settings;
  if (typeof newKey !== "function") return newVersion();
  try {
    return await newKey(value, request);
  } catch (error) {
    // A value that is not valid may lack what the key is made of.
    const refusal = await approved(settings, value, null);
    if (refusal instanceof Response) return refusal;
    throw error;
  }
}

/** True when a client that follows the url arrives there. A URL parser removes `..`, and encodes other letters. */
function isAddress(url: string, request: Request): boolean {
  const { href, hash } = new URL(url, request.url);
  return href.endsWith(url.startsWith("/./") ? url.slice(2) : url) && hash === "";
}
