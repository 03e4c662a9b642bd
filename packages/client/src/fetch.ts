/**
 * The shape of `fetch`, for every function of this package that takes or returns one.
 *
 * It is not `typeof fetch`, because Bun's `fetch` has a member `preconnect`, which no other function has.
 *
 * @example
 * const logged: Fetch = (input, init) => fetch(input, init);
 * typeof logged; // "function"
 * @see RFC 9110 §13
 */
export type Fetch = (...args: Parameters<typeof fetch>) => ReturnType<typeof fetch>;

type Init = NonNullable<Parameters<Fetch>[1]>;

/** The content of a request. The types of some runtimes have no name for it. */
export type Content = NonNullable<Init["body"]>;

/** The fields of a request, in each form that `fetch` takes. */
export type Fields = NonNullable<Init["headers"]>;
