import type { EntityTag } from "@entity-tag/core";
import fc from "fast-check";

/** Texts for the laws: tags, lists, and texts that are almost lists. */

const etagc = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."ab1,W/*'\\;=-!~") },
  { weight: 1, arbitrary: fc.integer({ min: 0x23, max: 0x7e }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)) },
);

const surrogates = 0xe000 - 0xd800;

/**
 * Any character except half of a surrogate pair. `unit: "binary"` of fast-check is the same, but it first builds a
 * table of all characters, which takes each suite more than a second.
 */
const anyCharacter = fc.nat({ max: 0x10ffff - surrogates }).map(
  (n) => String.fromCodePoint(n < 0xd800 ? n : n + surrogates),
  (text) => {
    const [character, ...more] = String(text);
    const code = character && more.length === 0 ? character.codePointAt(0)! : -1;
    return code < 0xd800 ? code : code - surrogates;
  },
);

/** Any string, also one that hardly any client sends. */
export function anyText(maxLength?: number): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter, ...(maxLength === undefined ? {} : { maxLength }) });
}

/** Text between the quotes of a tag. It is short, so that two of them are often the same. */
export const opaqueText: fc.Arbitrary<string> = fc
  .array(etagc, { maxLength: 4 })
  .map((parts) => parts.join(""));

export const tagText: fc.Arbitrary<EntityTag> = fc
  .tuple(fc.boolean(), opaqueText)
  .map(([weak, opaque]): EntityTag => (weak ? `W/"${opaque}"` : `"${opaque}"`));

export const padding: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(" ", "\t"), { maxLength: 3 })
  .map((parts) => parts.join(""));

/** Texts that known readers of lists read wrongly. */
const misreadText = fc.constantFrom(
  '"',
  ",",
  "W/",
  "w/",
  " ",
  "\t",
  "\\",
  '\\"',
  "*",
  ";",
  "\x7f",
  "\x00",
  "\n",
  "\r\n",
  "\v",
  "\xa0",
  "\x80",
  "\xff",
  "\u0100",
  // Their lower eight bits are those of a quote, a comma, a space, a W and a slash.
  "\u0122",
  "\u012c",
  "\u0120",
  "\u0157",
  "\u012f",
  "\u2028",
  "\ufeff",
  "\ud800",
  "\u{1f600}",
  '""',
  'W/""',
  '", "',
);

/** Pieces of the tag itself, and texts that are almost the tag. */
function nearMiss(tag: EntityTag): fc.Arbitrary<string> {
  const opaque = tag.slice(tag.indexOf('"') + 1, -1);
  return fc.constantFrom(
    tag,
    `"${opaque}"`,
    `W/"${opaque}"`,
    `w/"${opaque}"`,
    `W/ "${opaque}"`,
    `"${opaque}`,
    `${opaque}"`,
    opaque,
    `"${opaque},"`,
    `",${opaque},"`,
    `"${opaque}x"`,
    `"x${opaque}"`,
    `"${opaque} "`,
    `"${opaque.toUpperCase()}"`,
    `"${opaque}""${opaque}"`,
    `'${opaque}'`,
  );
}

/** A field that may be a list or anything else, and a tag that it may or may not name. */
export const fieldAndTag: fc.Arbitrary<[field: string, tag: EntityTag]> = tagText.chain((tag) => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: nearMiss(tag) },
    { weight: 3, arbitrary: misreadText },
    { weight: 3, arbitrary: fc.constantFrom(",", ", ", " ,\t", ",,") },
    { weight: 1, arbitrary: tagText },
    { weight: 1, arbitrary: anyText(4) },
  );
  // Half of them are lists with at most one bad piece, because a fast reader gets those wrong most easily.
  const scattered = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  const orderly = fc
    .tuple(fc.array(fc.oneof(nearMiss(tag), tagText), { maxLength: 5 }), padding, padding)
    .map(([members, before, after]) => members.join(`${before},${after}`));
  const spoiled = fc
    .tuple(orderly, misreadText, fc.nat())
    .map(
      ([list, junk, at]) => list.slice(0, at % (list.length + 1)) + junk + list.slice(at % (list.length + 1)),
    );
  return fc.tuple(fc.oneof(scattered, orderly, spoiled), fc.constant(tag));
});

/** A readable list, as its members and as the text of the field. */
export const readableList: fc.Arbitrary<{ members: EntityTag[]; field: string }> = fc
  .array(fc.tuple(tagText, padding, padding, fc.nat({ max: 2 })), { maxLength: 6 })
  .map((parts) => ({
    members: parts.map(([tag]) => tag),
    field: parts
      .map(([tag, before, after, empty]) => `${",".repeat(empty)}${before}${tag}${after}`)
      .join(","),
  }));
