// The members that we use. The package has types only in its comments.
declare module "http-cache-semantics" {
  interface Message {
    headers: Record<string, string>;
  }

  export default class CachePolicy {
    constructor(
      request: Message & { method: string; url: string },
      response: Message & { status: number },
      options: { shared: boolean; immutableMinTimeToLive: number },
    );
    static fromObject(policy: object): CachePolicy;
    toObject(): object;
    storable(): boolean;
    satisfiesWithoutRevalidation(request: Message & { method: string; url: string }): boolean;
    stale(): boolean;
    timeToLive(): number;
    age(): number;
  }
}
