import {
  type ConditionalRequest,
  type ConditionResult,
  type Current,
  codedTag,
  contentTag,
  type Decision,
  type EntityTag,
  evaluate,
  fileTag,
  ifMatch,
  isWeak,
  listIncludes,
  opaque,
  type Policy,
  parseDate,
  parseTag,
  parseTagList,
  type State,
  type StrongTag,
  strong,
  strongMatch,
  timeTag,
  versionTag,
  type WeakTag,
  weak,
  weaken,
} from "@entity-tag/core";
import { expectTypeOf } from "vitest";

// The wire form is the value, so a tag is a template literal.
expectTypeOf<StrongTag>().toEqualTypeOf<`"${string}"`>();
expectTypeOf<WeakTag>().toEqualTypeOf<`W/"${string}"`>();
expectTypeOf<EntityTag>().toEqualTypeOf<StrongTag | WeakTag>();
expectTypeOf('"v1"' as const).toExtend<EntityTag>();
expectTypeOf('W/"v1"' as const).toExtend<WeakTag>();
expectTypeOf('W/"v1"' as const).not.toExtend<StrongTag>();
expectTypeOf("v1" as const).not.toExtend<EntityTag>();
expectTypeOf("*" as const).not.toExtend<EntityTag>();
expectTypeOf<string>().not.toExtend<EntityTag>();

expectTypeOf(strong).toEqualTypeOf<(opaque: string) => StrongTag>();
expectTypeOf(weak).toEqualTypeOf<(opaque: string) => WeakTag>();
expectTypeOf(parseTag).parameter(0).toEqualTypeOf<string | null | undefined>();
expectTypeOf(parseTag).returns.toEqualTypeOf<EntityTag | undefined>();
expectTypeOf(opaque).toEqualTypeOf<(tag: EntityTag) => string>();
expectTypeOf(weaken).toEqualTypeOf<(tag: EntityTag) => WeakTag>();
expectTypeOf(strongMatch).toEqualTypeOf<(a: EntityTag, b: EntityTag) => boolean>();

// isWeak tells the two apart for the compiler, too.
declare const tag: EntityTag;
if (isWeak(tag)) expectTypeOf(tag).toEqualTypeOf<WeakTag>();
else expectTypeOf(tag).toEqualTypeOf<StrongTag>();

expectTypeOf(parseTagList).parameter(0).toEqualTypeOf<string | null | undefined>();
expectTypeOf(parseTagList).returns.toEqualTypeOf<"*" | EntityTag[] | undefined>();
expectTypeOf(listIncludes).toEqualTypeOf<
  (field: string, tag: EntityTag, match: "strong" | "weak") => boolean
>();
// @ts-expect-error: the comparison has no default
listIncludes('"v1"', '"v1"');
expectTypeOf(parseDate).returns.toEqualTypeOf<number | undefined>();

expectTypeOf(versionTag).toEqualTypeOf<(version: string | number | bigint) => StrongTag>();
expectTypeOf(timeTag).returns.toEqualTypeOf<EntityTag>();
expectTypeOf(timeTag).parameter(0).toEqualTypeOf<number | Date>();
expectTypeOf(fileTag).returns.toEqualTypeOf<EntityTag>();
expectTypeOf(fileTag({ size: 1n, mtimeMs: 1 })).toEqualTypeOf<EntityTag>();
expectTypeOf(contentTag).returns.resolves.toEqualTypeOf<EntityTag>();
expectTypeOf(contentTag).toBeCallableWith("text");
expectTypeOf(contentTag).toBeCallableWith(new Uint8Array(1));
expectTypeOf(contentTag).toBeCallableWith(new ArrayBuffer(1));
expectTypeOf(contentTag).toBeCallableWith(new Blob([]));
expectTypeOf(codedTag('"v1"', "gzip")).toExtend<EntityTag>();

// Absence is a value. Under exactOptionalPropertyTypes, `undefined` is one of its spellings.
const vague: State = {
  etag: undefined,
  alternates: undefined,
  lastModified: undefined,
  lastModifiedStrong: undefined,
};
expectTypeOf(vague).toExtend<Current>();
expectTypeOf<null>().toExtend<Current>();
expectTypeOf<undefined>().not.toExtend<Current>();
expectTypeOf<State["lastModified"]>().toEqualTypeOf<number | Date | undefined>();
expectTypeOf<State["alternates"]>().toEqualTypeOf<readonly EntityTag[] | undefined>();
export const undecided: Policy = {
  ifMatch: undefined,
  require: undefined,
  malformed: undefined,
  now: undefined,
};
// @ts-expect-error: a tag without quotes is not a tag
export const unquoted: State = { etag: "v1" };
// @ts-expect-error: `malformed` is "fail" or "reject"
export const lax: Policy = { malformed: "ignore" };
expectTypeOf<Policy["require"]>().toEqualTypeOf<boolean | readonly string[] | undefined>();

// A Request is a conditional request, and so is any object with a method and a way to get a field.
expectTypeOf<Request>().toExtend<ConditionalRequest>();
expectTypeOf<{ method: string; headers: Headers }>().toExtend<ConditionalRequest>();
expectTypeOf<{ method: string; headers: Map<string, string> }>().toExtend<ConditionalRequest>();
expectTypeOf<{
  method: string;
  headers: { get(name: string): string | null };
}>().toExtend<ConditionalRequest>();
expectTypeOf<{ method: string; headers: Record<string, string> }>().not.toExtend<ConditionalRequest>();

expectTypeOf<ConditionResult>().toEqualTypeOf<boolean | undefined>();
expectTypeOf(ifMatch).returns.toEqualTypeOf<ConditionResult>();

// A decision is a word, and each word has its reasons.
const decision: Decision = evaluate(new Request("https://example.com/"), null);
expectTypeOf<Decision["outcome"]>().toEqualTypeOf<
  "proceed" | "not-modified" | "precondition-failed" | "precondition-required" | "bad-request"
>();
if (decision.outcome === "proceed") expectTypeOf(decision.range).toEqualTypeOf<boolean>();
if (decision.outcome === "not-modified") {
  expectTypeOf(decision.because).toEqualTypeOf<"if-none-match" | "if-modified-since">();
}
if (decision.outcome === "precondition-failed") {
  expectTypeOf(decision.because).toEqualTypeOf<"if-match" | "if-unmodified-since" | "if-none-match">();
}
if (decision.outcome === "bad-request")
  expectTypeOf(decision.because).toEqualTypeOf<"if-match" | "if-none-match">();
