import { listIncludes, parseDate, parseTag, parseTagList } from "@entity-tag/core";
import { describe, it, vi } from "vitest";
import { expectLinear } from "./growth.ts";
import { hostile } from "./hostile.ts";

// This suite compares durations, so it runs alone, and waits until the machine is quiet.
vi.setConfig({ testTimeout: 60_000 });

const now = Date.parse("2026-11-22T00:00:00Z");

describe("the cost of a list", () => {
  it.each(hostile)("parseTagList grows linearly: %s", (_, make) => {
    expectLinear(make, parseTagList);
  });

  it.each(hostile)("listIncludes grows linearly: %s", (_, make) => {
    expectLinear(make, (field) => listIncludes(field, '"v1"', "strong"));
    expectLinear(make, (field) => listIncludes(field, 'W/"v1"', "weak"));
  });

  it("listIncludes grows linearly when the tag is spelled like the list", () => {
    expectLinear(
      (length) => `"${"a".repeat(length)}`,
      (field) => listIncludes(field, '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"', "weak"),
    );
    expectLinear(
      (length) => '"",'.repeat(length / 3),
      (field) => listIncludes(field, '""', "strong"),
    );
    expectLinear(
      (length) => 'W/",",'.repeat(length / 6),
      (field) => listIncludes(field, '","', "strong"),
    );
  });
});

describe("the cost of a tag", () => {
  it.each(hostile)("parseTag grows linearly: %s", (_, make) => {
    expectLinear(make, parseTag);
    expectLinear((length) => `"${make(length - 2)}"`, parseTag);
  });
});

describe("the cost of a date", () => {
  it.each(hostile)("parseDate grows linearly: %s", (_, make) => {
    expectLinear(make, (text) => parseDate(text, now));
  });
});
