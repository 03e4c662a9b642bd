import { type EntityTag, listIncludes, parseTagList } from "@entity-tag/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../runs.ts";
import { agree } from "./agree.ts";
import { type SlowTag, slowHas, slowIncludes, slowList, written } from "./slow-reader.ts";
import { anyText, fieldAndTag, padding, readableList, tagText } from "./tag-text.ts";

const comparisons = ["strong", "weak"] as const;

function slowText(list: "*" | SlowTag[] | undefined): "*" | string[] | undefined {
  return Array.isArray(list) ? list.map(written) : list;
}

// The longest of these take some seconds, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** Every string up to this length is tried: one in seven while you work, all before a change lands. */
const longest = process.env.CI ? 6 : 5;

describe("parseTagList, §5.6.1 and §13.1.1", () => {
  it.each([
    ["*", "*"],
    [" * ", "*"],
    ["\t*\t", "*"],
    ["", []],
    ["   ", []],
    [",", []],
    [" , \t,, ", []],
    ['"a"', ['"a"']],
    ['W/"a"', ['W/"a"']],
    ['"a","b"', ['"a"', '"b"']],
    ['"a" \t, \t"b"', ['"a"', '"b"']],
    ['"a", W/"b", "c"', ['"a"', 'W/"b"', '"c"']],
    [',,"a",,"b",,', ['"a"', '"b"']],
    [' , "a" , , "b" , ', ['"a"', '"b"']],
    ['"a", "a"', ['"a"', '"a"']],
    ['"a,b"', ['"a,b"']],
    ['","', ['","']],
    ['",",","', ['","', '","']],
    ['"a,", ",b"', ['"a,"', '",b"']],
    ['"", W/""', ['""', 'W/""']],
    ['"*"', ['"*"']],
    ['"*", "a"', ['"*"', '"a"']],
    ['"\\", "a"', ['"\\"', '"a"']],
    ['"W/", W/"W/"', ['"W/"', 'W/"W/"']],
    ['"\x80\xff"', ['"\x80\xff"']],
  ])("parseTagList reads %j as %j", (field, list) => {
    expect(parseTagList(field)).toEqual(list);
  });

  it.each([
    "*,",
    ",*",
    "* *",
    "**",
    "*, *",
    '*, "a"',
    '"a", *',
    "a",
    '"a", b',
    'b, "a"',
    '"a" "b"',
    '"a""b"',
    '"a"\t"b"',
    'w/"a"',
    'W/ "a"',
    'W /"a"',
    'W/W/"a"',
    'W/,"a"',
    '"a", W/',
    '"a"x',
    'x"a"',
    '"a" x',
    '"a',
    '"a", "b',
    '"',
    '"""',
    'a"',
    '"a b"',
    '"a\tb"',
    '"\\"a"',
    '"a";q=1',
    '"a"; "b"',
    '"a"\xa0, "b"',
    '"a",\xa0"b"',
    '"a",\n"b"',
    '"a"\r\n, "b"',
    '"a",\v"b"',
    '\ufeff"a"',
    '"a\x7f"',
    '"a\0"',
    '"Ā"',
    '"a", "\u{1f600}"',
    '"a"\u2028,"b"',
    "'a'",
    "null",
    "undefined",
  ])("parseTagList does not read %j", (field) => {
    expect(parseTagList(field)).toBeUndefined();
  });

  it("parseTagList returns undefined without a field", () => {
    expect(parseTagList(null)).toBeUndefined();
    expect(parseTagList(undefined)).toBeUndefined();
  });

  it("parseTagList returns a new list for each call", () => {
    const first = parseTagList('"a"');
    expect(Array.isArray(first)).toBe(true);
    if (Array.isArray(first)) first.push('"b"');
    expect(parseTagList('"a"')).toEqual(['"a"']);
    const none = parseTagList("");
    if (Array.isArray(none)) none.push('"b"');
    expect(parseTagList("")).toEqual([]);
  });
});

describe("listIncludes, §13.1.1 and §13.1.2", () => {
  it.each([
    ['"a"', '"a"', true, true],
    ['W/"a"', '"a"', false, true],
    ['"a"', 'W/"a"', false, true],
    ['W/"a"', 'W/"a"', false, true],
    ['"b", "a"', '"a"', true, true],
    ['W/"a", "a"', '"a"', true, true],
    ['"a", W/"a"', '"a"', true, true],
    ['"a"', '"b"', false, false],
    ['"A"', '"a"', false, false],
    ['"aa"', '"a"', false, false],
    ['"a,b"', '"a"', false, false],
    ['"p,a,q"', '"a"', false, false],
    ['",a,"', '"a"', false, false],
    ['"a","b"', '","', false, false],
    ['"a",W/"b"', '",W/"', false, false],
    ['"a",W/"b",",W/"', '",W/"', true, true],
    ['"a","b",","', '","', true, true],
    ['W/"a",W/"a","a"', '"a"', true, true],
    ['W/"a",W/"a"', '"a"', false, true],
    ['"W/","a"', 'W/"a"', false, true],
    ['"a,b","c"', '"a,b"', true, true],
    ["*", '"a"', false, false],
    ["*", '"*"', false, false],
    ['"*"', '"*"', true, true],
    ["", '""', false, false],
    [",", '""', false, false],
    ['""', '""', true, true],
    ['W/""', '""', false, true],
    ['"b""a"', '""', false, false],
    // The field has the tag, but the list cannot be read: because of a text before the tag, after it, or around it.
    ['"a", b', '"a"', false, false],
    ['b, "a"', '"a"', false, false],
    ['"a" "b"', '"a"', false, false],
    ['"b""a"', '"a"', false, false],
    ['w/"a"', '"a"', false, false],
    ['w/"a", "a"', '"a"', false, false],
    ['"a", *', '"a"', false, false],
    ['*, "a"', '"a"', false, false],
    ['"a", "', '"a"', false, false],
    ['x"a"', '"a"', false, false],
    ['"a"x', '"a"', false, false],
    ['"a", "b c"', '"a"', false, false],
    ['"a", "\x7f"', '"a"', false, false],
    ['"a", "Ā"', '"a"', false, false],
    ['"Ā", "a"', '"a"', false, false],
    ['"a"\n', '"a"', false, false],
    ['"a"\xa0', '"a"', false, false],
    // The first occurrence of the tag is not a member; a later one is.
    ['"xa", "a"', '"a"', true, true],
    ['"ax", "a"', '"a"', true, true],
    ['W/"a", "xa", "a"', '"a"', true, true],
    ['"W/", "a"', '"a"', true, true],
    ['"x,", "a"', '"a"', true, true],
    ['", ","a"', '"a"', false, false],
  ] as const)("listIncludes(%j, %j): strongly %s, weakly %s", (field, tag, strongly, weakly) => {
    expect(listIncludes(field, tag, "strong")).toBe(strongly);
    expect(listIncludes(field, tag, "weak")).toBe(weakly);
  });

  it("listIncludes finds each of a hundred tags, and no others", () => {
    const tags = Array.from({ length: 100 }, (_, i): EntityTag => `"version-${i}"`);
    const field = tags.join(", ");
    for (const tag of tags) expect(listIncludes(field, tag, "strong"), tag).toBe(true);
    expect(listIncludes(field, '"version-100"', "weak")).toBe(false);
    expect(listIncludes(field, '"version-"', "weak")).toBe(false);
    expect(listIncludes(`${field}, junk`, '"version-0"', "weak")).toBe(false);
    expect(listIncludes(`junk, ${field}`, '"version-99"', "weak")).toBe(false);
  });
});

describe("parseTagList and listIncludes on long fields", () => {
  const lengths = [
    ...Array.from({ length: 40 }, (_, i) => i),
    ...[
      255, 256, 509, 510, 511, 512, 513, 1019, 1020, 1021, 1022, 1023, 1024, 1025, 2047, 2048, 4096, 20_000,
    ],
  ];

  it.each([
    ["letters", "a"],
    ["obs-text, which is two octets in UTF-8", "\xff"],
    ["the first of obs-text", "\x80"],
    ["exclamation marks", "!"],
    ["tildes", "~"],
  ])("they read a tag of any number of %s, and nothing beyond it", (_, character) => {
    for (const length of lengths) {
      const tag: EntityTag = `"${character.repeat(length)}"`;
      for (const field of [`"x", ${tag}`, `${tag}, "x"`, `"x",${tag} , W/${tag}`]) {
        agree(listIncludes(field, tag, "strong"), true, field);
        agree(parseTagList(field)?.includes(tag), true, field);
      }
      const long = character.repeat(length);
      for (const junk of ["\0", " ", "\x1f", "\x7f", "\u0100", "\u20ac", "\ud800", "\u{1f600}"]) {
        for (const bad of [`"${long}${junk}"`, `"${junk}${long}"`, `"x"${junk}"y"`, `${junk}${long}`]) {
          if (bad.trim() === "") continue; // A space alone is an empty member.
          const field = `${tag}, ${bad}`;
          agree(listIncludes(field, tag, "weak"), false, field);
          agree(parseTagList(field), undefined, field);
        }
      }
    }
  });

  it("they do not depend on earlier calls", () => {
    const long = `"${"a".repeat(3000)}", "b"`;
    expect(listIncludes(long, '"b"', "strong")).toBe(true);
    expect(listIncludes('"c", "b', '"b"', "strong")).toBe(false);
    expect(listIncludes('"c", ', '"b"', "strong")).toBe(false);
    expect(parseTagList('"c')).toBeUndefined();
    expect(parseTagList('"aaaaaaa')).toBeUndefined();
    expect(parseTagList("")).toEqual([]);
  });
});

describe("laws of the list", () => {
  it("law: listIncludes agrees with a slow, obvious reader on every string", () => {
    fc.assert(
      fc.property(fieldAndTag, ([field, tag]) => {
        for (const comparison of comparisons) {
          agree(listIncludes(field, tag, comparison), slowIncludes(field, tag, comparison), field);
        }
        agree(JSON.stringify(parseTagList(field)), JSON.stringify(slowText(slowList(field))), field);
      }),
      { numRuns: runs(5000) },
    );
  });

  it("law: listIncludes agrees with a slow, obvious reader on noise", () => {
    fc.assert(
      fc.property(anyText(30), tagText, padding, (noise, tag, space) => {
        for (const field of [
          noise,
          `${noise}${tag}`,
          `${tag}${space}${noise}`,
          `${tag},${space}"${noise}"`,
        ]) {
          for (const comparison of comparisons) {
            agree(listIncludes(field, tag, comparison), slowIncludes(field, tag, comparison), field);
          }
        }
      }),
      { numRuns: runs(1000) },
    );
  });

  it("law: listIncludes and parseTagList agree with the slow reader on every short string over the alphabet of lists", () => {
    const alphabet = ['"', "a", ",", " ", "W", "/", "*"];
    const tags: EntityTag[] = ['"a"', 'W/"a"', '""', '","', '",W/"', 'W/",,"', '"W/"'];
    const strings = (alphabet.length ** (longest + 1) - 1) / (alphabet.length - 1);
    expect(disagreements(alphabet, longest, tags)).toEqual({ first: undefined, strings, members: true });
  });

  it("law: listIncludes and parseTagList agree with the slow reader on every short row of whole pieces", () => {
    const pieces = ['"a"', 'W/"a"', 'w/"a"', '"aa"', '"b,a"', ",", "\t", '"', "a", "\\", "*", "\x7f", "Ā"];
    const tags: EntityTag[] = ['"a"', 'W/"a"', '"\\"', '",W/"'];
    expect(disagreements(pieces, 4, tags)).toEqual({ first: undefined, strings: 30_941, members: true });
  });

  it("law: adding, repeating or reordering readable members never changes a hit to a miss", () => {
    fc.assert(
      fc.property(
        readableList,
        tagText,
        fc.infiniteStream(fc.nat()),
        fc.constantFrom(...comparisons),
        (list, tag, dice, how) => {
          const before = [...list.members, tag];
          const wasHit = listIncludes(before.join(", "), tag, how);
          const grown = [...before, ...list.members, tag];
          for (let i = grown.length - 1; i > 0; i--) {
            const j = dice.next().value % (i + 1);
            [grown[i], grown[j]] = [grown[j]!, grown[i]!];
          }
          expect(listIncludes(grown.join(","), tag, how)).toBe(wasHit);
          expect(listIncludes(`${list.field},${tag}`, tag, how)).toBe(wasHit);
        },
      ),
    );
  });

  it("law: an unreadable member at any place makes the whole field unreadable", () => {
    const bad = fc.constantFrom("v1", "*", 'w/"a"', '"', '"a b"', '"a""b"', "W/", '"a"x', '"\x7f"', '"Ā"');
    fc.assert(
      fc.property(readableList, tagText, bad, fc.nat(), (list, tag, junk, at) => {
        const members: string[] = [...list.members, tag];
        members.splice(at % (members.length + 1), 0, junk);
        const field = members.join(", ");
        expect(parseTagList(field)).toBeUndefined();
        for (const how of comparisons) expect(listIncludes(field, tag, how)).toBe(false);
      }),
    );
  });

  it("law: white space around the commas does not change the list", () => {
    fc.assert(
      fc.property(readableList, ({ members, field }) => {
        expect(parseTagList(field)).toEqual(members);
        expect(parseTagList(members.join(","))).toEqual(members);
      }),
    );
  });
});

/**
 * Tries every string of up to `length` pieces. Returns the first on which the fast and the slow reader disagree.
 */
function disagreements(pieces: readonly string[], length: number, tags: readonly EntityTag[]) {
  let first: string | undefined;
  let strings = 0;
  let members = false;
  const visit = (field: string, left: number): void => {
    strings++;
    const list = slowList(field);
    const slow = slowText(list);
    members ||= Array.isArray(slow) && slow.length > 1;
    if (JSON.stringify(parseTagList(field)) !== JSON.stringify(slow))
      first ??= `parseTagList(${JSON.stringify(field)})`;
    for (const tag of tags) {
      for (const how of comparisons) {
        if (listIncludes(field, tag, how) !== slowHas(list, tag, how)) {
          first ??= `listIncludes(${JSON.stringify(field)}, ${tag}, ${how})`;
        }
      }
    }
    if (left > 0) for (const piece of pieces) visit(field + piece, left - 1);
  };
  visit("", length);
  return { first, strings, members };
}
