const shared = globalThis as { written?: { count: number } };
shared.written ??= { count: 0 };

/** The number of writes of `static`. Next has a copy of this file for each route, so it is on the global object. */
export const written = shared.written;
