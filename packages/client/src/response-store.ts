/** A kept answer without its content. It is JSON: a store may write it as it is. */
export interface StoredHead {
  /** Where it is kept: the target, without its fragment. */
  url: string;
  /** Where it is kept: its partition, method and content. A store that persists is given a hash. */
  group: string;
  /** Where it is kept: the request's values of the fields in `vary`. A store that persists is given a hash. */
  variant: string;
  /** Identifies this content. Freshening changes only an answer with the same `id`. */
  id: string;
  /** The fields that `Vary` names, in small letters, sorted. */
  vary: readonly string[];
  status: number;
  statusText: string;
  headers: readonly (readonly [name: string, value: string])[];
  /** Where the answer came from, after redirects. */
  finalUrl: string;
  redirected: boolean;
  /** The start of the request that brought or last freshened the answer, in milliseconds since the epoch. */
  time: number;
  /**
   * It is out of date, as a HEAD or a newer answer that is not kept has shown: it may be revalidated, but not used
   * without asking.
   */
  stale?: boolean;
}

/** A kept answer. Its content is decoded: `Content-Encoding` says how it was sent. */
export interface StoredResponse extends StoredHead {
  body: Uint8Array;
}

/**
 * Where {@link conditionalFetch} keeps answers. Each method is one indivisible step.
 *
 * A store may lose answers at any time, but it must not mix the head of one with the body of another. If a store
 * rejects, or a store that persists does not answer within two seconds, the server is asked and an event says so. The
 * caller still gets an answer.
 * `@entity-tag/client/store-contract` tests a store.
 *
 * @example
 * const store: ResponseStore = memoryStore();
 * await store.read("https://example.com/", "a"); // []
 * @see RFC 9111 §3
 */
export interface ResponseStore {
  /** True when it outlives this process or page. It is then given hashes instead of credentials. */
  readonly persists: boolean;
  /** All variants of one group. */
  read(url: string, group: string): Promise<readonly StoredResponse[]>;
  /** Keeps an answer in place of the one with the same url, group and variant. */
  write(response: StoredResponse): Promise<void>;
  /** Replaces the head of the answer in that place if it has the same `id`; otherwise does nothing. */
  freshen(head: StoredHead): Promise<void>;
  /** Forgets one variant, or all variants of a group, or everything under a url. */
  remove(url: string, group?: string, variant?: string): Promise<void>;
}
