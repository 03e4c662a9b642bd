// The members that are used. The package has no types of its own, except in comments.
declare module "http-cache-semantics" {
  interface Message {
    headers: Record<string, string>;
  }

  export default class CachePolicy {
    constructor(
      request: Message & { method: string; url: string },
      response: Message & { status: number },
      options: { shared: boolean },
    );
    static fromObject(policy: object): CachePolicy;
    toObject(): object;
    storable(): boolean;
    satisfiesWithoutRevalidation(request: Message & { method: string; url: string }): boolean;
    timeToLive(): number;
    age(): number;
  }
}
