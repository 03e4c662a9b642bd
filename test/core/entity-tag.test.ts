import { isWeak, opaque, parseTag, strong, weak, weaken } from "@entity-tag/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../runs.ts";
import { agree } from "./agree.ts";
import { slowTag, slowTrim, written } from "./slow-reader.ts";
import { anyText, fieldAndTag, opaqueText, padding, tagText } from "./tag-text.ts";

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("strong and weak, §8.8.3", () => {
  it.each([
    ["v1", '"v1"'],
    ["", '""'],
    ["*", '"*"'],
    ["a,b", '"a,b"'],
    ["W/", '"W/"'],
    ["a\\", '"a\\"'],
    ["it's", '"it\'s"'],
    ["!#~", '"!#~"'],
    ["\x80\xff", '"\x80\xff"'],
    ["x".repeat(10_000), `"${"x".repeat(10_000)}"`],
  ])("strong(%j) is the tag as it is sent", (text, tag) => {
    expect(strong(text)).toBe(tag);
    expect(weak(text)).toBe(`W/${tag}`);
  });

  const impossible = [
    "a b",
    " ",
    "a\tb",
    'a"b',
    '"v1"',
    "a\nb",
    "\r",
    "\0",
    "\x1f",
    "\x7f",
    "Ā",
    "日本",
    "\u{1f600}",
  ];

  it.each(impossible)("strong and weak refuse %j, which is not allowed in a tag, and show it", (text) => {
    for (const make of [strong, weak]) {
      expect(() => make(text)).toThrow(TypeError);
      expect(() => make(`before${text}`)).toThrow(TypeError);
      expect(() => make(`${text}after`)).toThrow(TypeError);
    }
  });

  it("strong shows what it was given", () => {
    expect(() => strong("two words")).toThrow(/two words/);
    expect(() => weak("two words")).toThrow(/two words/);
  });

  it.each([[undefined], [null], [1], [{}], [Symbol("v")]])(
    "strong refuses %s, which is not a string",
    (given) => {
      // @ts-expect-error: what a caller without types may pass
      expect(() => strong(given)).toThrow(TypeError);
      // @ts-expect-error: what a caller without types may pass
      expect(() => weak(given)).toThrow(TypeError);
    },
  );
});

describe("parseTag, §8.8.3", () => {
  it.each([
    ['"v1"', "a strong tag"],
    ['W/"v1"', "a weak tag"],
    ['""', "the empty tag"],
    ['W/""', "the weak empty tag"],
    ['"*"', "a quoted star"],
    ['"a,b"', "a comma inside"],
    ['"W/"', "a prefix inside"],
    ['"\\"', "a backslash, which escapes nothing"],
    ['"a\\\\"', "two backslashes"],
    ['"it\'s"', "single quotes inside"],
    ['"!#$%&\'()*+-./:;<=>?@[]^_`{|}~"', "every sign"],
    ['"\x80\x9f\xa0\xff"', "obs-text"],
  ])("parseTag reads %j: %s", (text) => {
    expect(parseTag(text)).toBe(text);
    expect(parseTag(` \t${text}\t `)).toBe(text);
  });

  it.each([
    ["", "nothing"],
    ["   ", "spaces"],
    ["v1", "no quotes"],
    ["'v1'", "single quotes"],
    ['"', "one quote"],
    ['W/"', "one weak quote"],
    ['"v1', "no end"],
    ['v1"', "no beginning"],
    ['w/"v1"', "a lower-case w"],
    ['W/ "v1"', "a space behind the prefix"],
    ['W /"v1"', "a space inside the prefix"],
    ['W"v1"', "no slash"],
    ['/"v1"', "no W"],
    ["W/", "only a prefix"],
    ["W/v1", "a prefix without quotes"],
    ['W/W/"v1"', "a prefix of a prefix"],
    ["*", "a star, which is not a tag"],
    ['"a b"', "a space inside"],
    ['" v1"', "a space at the beginning inside"],
    ['"v1 "', "a space at the end inside"],
    ['"a\tb"', "a tab inside"],
    ['"a"b"', "a quote inside"],
    ['"a\\"b"', "an escaped quote: there are no escapes"],
    ['"v1" x', "junk behind"],
    ['x "v1"', "junk before"],
    ['"v1", "v2"', "a list"],
    ['"v1",', "a comma behind"],
    ['""""', "two empty tags without a comma"],
    ['"v1";q=1', "a parameter"],
    ['"\x7f"', "a DEL"],
    ['"\0"', "a NUL"],
    ['"\x1f"', "a control"],
    ['"a\nb"', "a line feed inside"],
    ['"Ā"', "a character beyond U+00FF"],
    ['"\u{1f600}"', "a pair of surrogates"],
    ['"\ud800"', "half a pair of surrogates"],
    ['\xa0"v1"', "a no-break space before"],
    ['"v1"\n', "a line feed behind"],
    ['\r\n"v1"', "a line break before"],
    ['\ufeff"v1"', "a byte order mark before"],
    ['\v"v1"', "a vertical tab before"],
    ["“v1”", "typographic quotes"],
  ])("parseTag does not read %j: %s", (text) => {
    expect(parseTag(text)).toBeUndefined();
  });

  it("parseTag returns undefined without a field", () => {
    expect(parseTag(null)).toBeUndefined();
    expect(parseTag(undefined)).toBeUndefined();
  });
});

describe("isWeak, opaque and weaken", () => {
  it("isWeak sees the prefix, and not a text that only looks like it", () => {
    expect(isWeak('W/"v1"')).toBe(true);
    expect(isWeak('W/""')).toBe(true);
    expect(isWeak('"v1"')).toBe(false);
    expect(isWeak('"W/"')).toBe(false);
    expect(isWeak('""')).toBe(false);
  });

  it("opaque returns the text between the quotes, weak or not", () => {
    expect(opaque('"v1"')).toBe("v1");
    expect(opaque('W/"v1"')).toBe("v1");
    expect(opaque('""')).toBe("");
    expect(opaque('W/""')).toBe("");
    expect(opaque('"W/"')).toBe("W/");
    expect(opaque('W/"a,\\"')).toBe("a,\\");
  });

  it("weaken makes a strong tag weak and leaves a weak one as it is", () => {
    expect(weaken('"v1"')).toBe('W/"v1"');
    expect(weaken('W/"v1"')).toBe('W/"v1"');
    expect(weaken('""')).toBe('W/""');
    expect(weaken('"W/"')).toBe('W/"W/"');
  });
});

describe("laws of the tag", () => {
  it("law: parsing a formatted tag gives the same tag", () => {
    fc.assert(
      fc.property(opaqueText, padding, padding, (text, before, after) => {
        for (const tag of [strong(text), weak(text)]) {
          expect(parseTag(before + tag + after)).toBe(tag);
          expect(opaque(tag)).toBe(text);
        }
        expect(isWeak(strong(text))).toBe(false);
        expect(isWeak(weak(text))).toBe(true);
        expect(weaken(strong(text))).toBe(weak(text));
      }),
    );
  });

  it("law: strong makes exactly the tags that parseTag reads, character by character", () => {
    for (let code = 0; code <= 0x2ff; code++) {
      const character = String.fromCharCode(code);
      const readable = slowTag(`"${character}"`) !== undefined;
      expect(parseTag(`"${character}"`) !== undefined, `parseTag of U+${code.toString(16)}`).toBe(readable);
      expect(made(character), `strong of U+${code.toString(16)}`).toBe(readable);
    }
  });

  it("law: parseTag agrees with a slow, obvious reader on every string", () => {
    fc.assert(
      fc.property(fieldAndTag, anyText(), ([field], text) => {
        for (const given of [field, text, `"${text}"`, `W/"${text}"`]) {
          const slow = slowTag(slowTrim(given));
          agree(parseTag(given), slow && written(slow), given);
        }
      }),
      { numRuns: runs(1000) },
    );
  });

  it("law: weaken changes nothing but the strength, and only once", () => {
    fc.assert(
      fc.property(tagText, (tag) => {
        expect(opaque(weaken(tag))).toBe(opaque(tag));
        expect(isWeak(weaken(tag))).toBe(true);
        expect(weaken(weaken(tag))).toBe(weaken(tag));
      }),
    );
  });
});

function made(text: string): boolean {
  try {
    return strong(text) === `"${text}"` && weak(text) === `W/"${text}"`;
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return false;
  }
}
