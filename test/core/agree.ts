import { expect } from "vitest";

/** As `expect(actual).toBe(expected)`, for laws that ask tens of thousands of times: a matcher costs more than what it matches. */
export function agree(actual: unknown, expected: unknown, about?: unknown): void {
  if (!Object.is(actual, expected)) expect(actual, JSON.stringify(about)).toBe(expected);
}
