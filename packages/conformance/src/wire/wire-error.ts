/** There was no whole answer. `reason` says why in a word or two. */
export class WireError extends Error {
  override name = "WireError";
  readonly reason: "closed" | "timeout" | "stray" | "too long" | "not HTTP";

  constructor(reason: WireError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}
