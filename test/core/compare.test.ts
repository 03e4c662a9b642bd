import { type EntityTag, opaque, strong, strongMatch, weak, weakMatch } from "@entity-tag/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { opaqueText, tagText } from "./tag-text.ts";

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("strongMatch and weakMatch, §8.8.3.2", () => {
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', 'W/"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '"2"', false, false],
    ['"a"', '"A"', false, false],
    ['""', '""', true, true],
    ['""', 'W/""', false, true],
    ['"1"', '"11"', false, false],
    ['"11"', '"1"', false, false],
    ['W/"1"', '"11"', false, false],
    ['"W/"', 'W/"W/"', false, true],
    ['"W/"', 'W/""', false, false],
    ['"W/1"', 'W/"1"', false, false],
    ['W/"W/1"', 'W/"1"', false, false],
    ['"\xe9"', '"\xe9"', true, true],
    ['"\xe9"', '"\xc9"', false, false],
    // The weak and the strong tag here have equal lengths. A function that compares only lengths treats them as a
    // match.
    ['W/"1"', '"//1"', false, false],
    ['W/"ab"', '"xxab"', false, false],
  ] as const)("strongMatch(%s, %s) is %s, weakMatch is %s", (a, b, strongly, weakly) => {
    expect(strongMatch(a, b)).toBe(strongly);
    expect(strongMatch(b, a)).toBe(strongly);
    expect(weakMatch(a, b)).toBe(weakly);
    expect(weakMatch(b, a)).toBe(weakly);
  });
});

describe("laws of the comparison", () => {
  /** Two tags that are often equal, so that matches are tested, too. */
  const pair: fc.Arbitrary<[EntityTag, EntityTag]> = fc.oneof(
    fc.tuple(tagText, tagText),
    opaqueText.chain((text) => {
      const either = fc.constantFrom<EntityTag>(strong(text), weak(text));
      return fc.tuple(either, either);
    }),
  );

  it("law: a weak match is reflexive and symmetric, a strong match is symmetric", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(weakMatch(a, a)).toBe(true);
        expect(weakMatch(a, b)).toBe(weakMatch(b, a));
        expect(strongMatch(a, b)).toBe(strongMatch(b, a));
      }),
    );
  });

  it("law: a weak match is transitive", () => {
    fc.assert(
      fc.property(pair, tagText, ([a, b], c) => {
        if (weakMatch(a, b) && weakMatch(b, c)) expect(weakMatch(a, c)).toBe(true);
      }),
    );
  });

  it("law: a strong match is a weak match", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        if (strongMatch(a, b)) expect(weakMatch(a, b)).toBe(true);
      }),
    );
  });

  it("law: a weak tag never matches strongly, not even itself", () => {
    fc.assert(
      fc.property(opaqueText, tagText, (text, tag) => {
        expect(strongMatch(weak(text), weak(text))).toBe(false);
        expect(strongMatch(weak(text), strong(text))).toBe(false);
        expect(strongMatch(weak(text), tag)).toBe(false);
        expect(strongMatch(strong(text), strong(text))).toBe(true);
      }),
    );
  });

  it("law: a weak match is a comparison of the opaque parts", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(weakMatch(a, b)).toBe(opaque(a) === opaque(b));
      }),
    );
  });
});
