import { expect } from "vitest";

/**
 * Like `expect(actual).toBe(expected)`, for laws with tens of thousands of checks: a matcher costs more than the
 * code under test.
 */
export function agree(actual: unknown, expected: unknown, about?: unknown): void {
  if (!Object.is(actual, expected)) expect(actual, JSON.stringify(about)).toBe(expected);
}
