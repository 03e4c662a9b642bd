import { createHash } from "node:crypto";
import {
  codedTag,
  contentTag,
  type EntityTag,
  fileTag,
  isWeak,
  opaque,
  parseTag,
  timeTag,
  versionTag,
} from "@entity-tag/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { opaqueText } from "./tag-text.ts";

const now = Date.UTC(2026, 10, 22, 12, 0, 0, 0);
const hour = 3_600_000;

/** The result is a valid tag, whichever function made it. */
function expectTag(tag: EntityTag): void {
  expect(parseTag(tag)).toBe(tag);
}

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("versionTag, §8.8.1", () => {
  it.each([
    ["v1", '"v1"'],
    ["2026-11-22.3", '"2026-11-22.3"'],
    ["a,b", '"a,b"'],
    ["\xe9", '"\xe9"'],
    [0, '"0"'],
    [7, '"7"'],
    [Number.MAX_SAFE_INTEGER, '"9007199254740991"'],
    [0n, '"0"'],
    [9007199254740993n, '"9007199254740993"'],
    [2n ** 64n - 1n, '"18446744073709551615"'],
    [10n ** 30n, `"1${"0".repeat(30)}"`],
  ] as const)("versionTag(%s) is %s", (version, tag) => {
    expect(versionTag(version)).toBe(tag);
  });

  it.each(["two words", 'a "quote"', "tab\t", "new\nline", "Ā", "日本", "\0", "\x7f"])(
    "versionTag refuses %j, which is not allowed in a tag, and shows it",
    (version) => {
      expect(() => versionTag(version)).toThrow(TypeError);
    },
  );

  it.each([NaN, Infinity, -Infinity])("versionTag refuses %d, which is not a version", (version) => {
    expect(() => versionTag(version)).toThrow(TypeError);
    expect(() => versionTag(version)).toThrow(String(version));
  });

  it("versionTag refuses a number too large to be exact, because two versions could share it", () => {
    expect(2 ** 53 + 1).toBe(2 ** 53);
    expect(() => versionTag(2 ** 53)).toThrow(TypeError);
    expect(() => versionTag(1e21)).toThrow(TypeError);
  });

  it.each([[undefined], [null], [{}], [[]], [true], [Symbol("v")], [new Date(0)]])(
    "versionTag refuses %s",
    (version) => {
      // @ts-expect-error: what a caller without types may pass
      expect(() => versionTag(version)).toThrow(TypeError);
    },
  );

  it("law: versions that differ have tags that differ", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), fc.maxSafeNat(), (a, b, n) => {
        expect(versionTag(a) === versionTag(b)).toBe(a === b);
        expect(versionTag(n)).toBe(versionTag(BigInt(n)));
        expectTag(versionTag(a));
        expect(isWeak(versionTag(a))).toBe(false);
      }),
    );
  });
});

describe("timeTag, §8.8.1 and §8.8.2.2", () => {
  it("timeTag is weak while the clock may bring a second change in the same tick", () => {
    const ms = now + 123;
    expect(isWeak(timeTag(ms, ms))).toBe(true);
    expect(isWeak(timeTag(ms, ms + hour))).toBe(false);
    expect(opaque(timeTag(ms, ms))).toBe(opaque(timeTag(ms, ms + hour)));
  });

  it("timeTag is weak for a future time", () => {
    expect(isWeak(timeTag(now + hour + 1, now))).toBe(true);
  });

  it("timeTag is never strong for a whole second, because a coarse clock gives such times", () => {
    expect(isWeak(timeTag(now, now + 1000 * hour))).toBe(true);
    expect(isWeak(timeTag(0, now))).toBe(true);
    expect(isWeak(timeTag(now - 1000, now))).toBe(true);
  });

  it("timeTag accepts a Date", () => {
    for (const ms of [now + 123, now, 0, -1]) {
      expect(timeTag(new Date(ms), now + hour)).toBe(timeTag(ms, now + hour));
    }
  });

  it("timeTag reads the clock when `now` is not given", () => {
    const recent = Math.floor(Date.now() / 1000) * 1000 + 1;
    expect(isWeak(timeTag(recent))).toBe(true);
    expect(isWeak(timeTag(now - 100_000 * hour + 1))).toBe(false);
  });

  it.each([NaN, Infinity, -Infinity, new Date(NaN)])("timeTag refuses %s, which is not a time", (ms) => {
    expect(() => timeTag(ms)).toThrow(TypeError);
    expect(() => timeTag(ms, now)).toThrow(TypeError);
  });

  it("law: different times have different tags, and each is a valid tag", () => {
    const moment = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expectTag(timeTag(a, now));
        expect(opaque(timeTag(a, now)) === opaque(timeTag(b, now))).toBe(a === b);
        expect(opaque(timeTag(a, now)) === opaque(timeTag(a + 1, now))).toBe(false);
        expect(timeTag(a, now)).toBe(timeTag(a, now));
      }),
    );
  });

  it("law: a time that became strong stays strong", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: now }), fc.nat({ max: 100_000 }), fc.nat(), (ms, age, more) => {
        if (!isWeak(timeTag(ms, ms + age))) expect(timeTag(ms, ms + age + more)).toBe(timeTag(ms, ms + age));
      }),
    );
  });
});

describe("fileTag, §8.8.1", () => {
  const old = { size: 1234, mtimeMs: now - hour + 123.456 };

  it("fileTag is weak while the file may change again in the same tick", () => {
    expect(isWeak(fileTag(old, old.mtimeMs))).toBe(true);
    expect(isWeak(fileTag(old, old.mtimeMs + 1))).toBe(true);
    expect(isWeak(fileTag(old, now))).toBe(false);
  });

  it("fileTag is never strong for a time in whole seconds", () => {
    expect(isWeak(fileTag({ size: 1, mtimeMs: now - hour }, now))).toBe(true);
  });

  it.each([["/etc/hosts"], [Promise.resolve(old)]])("fileTag of %s says what gives its size", (given) => {
    expect(() => fileTag(given as never)).toThrow("use `await stat(path)`");
  });

  it("fileTag is weak for a file from the future", () => {
    expect(isWeak(fileTag({ size: 1, mtimeMs: now + hour + 1 }, now))).toBe(true);
  });

  it("fileTag gives different tags for sizes that a number cannot distinguish", () => {
    const at = (size: number | bigint) => fileTag({ size, mtimeMs: old.mtimeMs }, now);
    expect(at(2n ** 53n)).not.toBe(at(2n ** 53n + 1n));
    expect(at(2n ** 63n - 1n)).not.toBe(at(2n ** 63n - 2n));
    expect(at(1234n)).toBe(at(1234));
    expect(at(0)).not.toBe(at(1));
    expect(at(0n)).toBe(at(0));
  });

  it("fileTag gives different tags for times within a millisecond", () => {
    const at = (mtimeMs: number) => fileTag({ size: 1, mtimeMs }, now);
    expect(at(old.mtimeMs)).not.toBe(at(old.mtimeMs + 0.25));
  });

  it("fileTag accepts the result of stat", async () => {
    const { stat } = await import("node:fs/promises");
    const stats = await stat(new URL(import.meta.url));
    expectTag(fileTag(stats));
    expect(fileTag(stats)).toBe(fileTag({ size: BigInt(stats.size), mtimeMs: stats.mtimeMs }));
  });

  it("fileTag reads the clock when `now` is not given", () => {
    expect(isWeak(fileTag({ size: 1, mtimeMs: Date.now() - 0.5 }))).toBe(true);
    expect(isWeak(fileTag({ size: 1, mtimeMs: 1_000_000_000_123 }))).toBe(false);
  });

  it.each([
    { size: NaN, mtimeMs: 1 },
    { size: -1, mtimeMs: 1 },
    { size: -1n, mtimeMs: 1 },
    { size: Infinity, mtimeMs: 1 },
    { size: 1, mtimeMs: NaN },
    { size: 1, mtimeMs: Infinity },
  ])("fileTag refuses size $size and mtimeMs $mtimeMs", (stats) => {
    expect(() => fileTag(stats, now)).toThrow(TypeError);
  });

  it.each([[{}], [{ size: 1 }], [{ mtimeMs: 1 }], [{ size: "1", mtimeMs: 1 }]])(
    "fileTag refuses %j",
    (stats) => {
      // @ts-expect-error: what a caller without types may pass
      expect(() => fileTag(stats, now)).toThrow(TypeError);
    },
  );

  it("law: files that differ in size or time have tags that differ", () => {
    const file = fc.record({ size: fc.maxSafeNat(), mtimeMs: fc.integer({ min: 0, max: now * 2 }) });
    fc.assert(
      fc.property(file, file, (a, b) => {
        const same = a.size === b.size && a.mtimeMs === b.mtimeMs;
        expect(opaque(fileTag(a, now)) === opaque(fileTag(b, now))).toBe(same);
        expect(
          opaque(fileTag({ size: a.mtimeMs, mtimeMs: a.size % (now * 2) }, now)) === opaque(fileTag(a, now)),
        ).toBe(a.size === a.mtimeMs);
        expectTag(fileTag(a, now));
      }),
    );
  });
});

describe("contentTag, §8.8.1", () => {
  const bytes = new TextEncoder().encode("h\xe9llo \u{1f600}");

  it("contentTag is the same for the same bytes, in any kind of value", async () => {
    const text = "h\xe9llo \u{1f600}";
    const roomy = new Uint8Array(bytes.length + 10).fill(7);
    roomy.set(bytes, 5);
    const buffer = bytes.buffer.slice(0, bytes.length);
    const expected = await contentTag(text);
    const containers = {
      "a Uint8Array": bytes,
      "an ArrayBuffer": buffer,
      "a view into a larger buffer": roomy.subarray(5, 5 + bytes.length),
      "a DataView": new DataView(roomy.buffer, 5, bytes.length),
      "a Uint8ClampedArray": new Uint8ClampedArray(buffer),
      "a Buffer": Buffer.from(bytes),
      "a pooled Buffer": Buffer.from(text, "utf8"),
      "a Blob": new Blob([bytes]),
      "a Blob of parts": new Blob([bytes.subarray(0, 2), bytes.subarray(2)], { type: "text/plain" }),
      "a slice of a Blob": new Blob([roomy]).slice(5, 5 + bytes.length),
      "a File": new File([bytes], "a.txt"),
    };
    for (const [name, container] of Object.entries(containers))
      expect(await contentTag(container), name).toBe(expected);
  });

  it("contentTag of wide elements is the tag of their bytes", async () => {
    const wide = new Uint16Array([1, 2, 3]);
    expect(await contentTag(wide)).toBe(await contentTag(new Uint8Array(wide.buffer)));
    expect(await contentTag(new Float64Array([1.5]))).toBe(await contentTag(new Float64Array([1.5]).buffer));
  });

  it("contentTag carries at least 128 bits of SHA-256", async () => {
    for (const text of ["", "a", "hello world", "x".repeat(100_000)]) {
      const tag = await contentTag(text);
      expectTag(tag);
      const digest = createHash("sha256").update(text).digest();
      const spelled = opaque(tag);
      const spelledSo = (["hex", "base64url", "base64"] as const).find((coding) =>
        digest.toString(coding).startsWith(spelled),
      );
      expect(spelledSo, `${tag} is not a form of SHA-256`).toBeDefined();
      expect(spelled.length * (spelledSo === "hex" ? 4 : 6)).toBeGreaterThanOrEqual(128);
    }
  });

  it("contentTag gives empty content its own tag", async () => {
    expectTag(await contentTag(""));
    expect(await contentTag("")).toBe(await contentTag(new ArrayBuffer(0)));
    expect(await contentTag("")).toBe(await contentTag(new Blob([])));
    expect(await contentTag("")).not.toBe(await contentTag("\0"));
  });

  it("contentTag does not change the bytes", async () => {
    const copy = bytes.slice();
    await contentTag(copy);
    expect(copy).toEqual(bytes);
  });

  it.each([[undefined], [null], [1], [{}], [["a"]], [new Date(0)]])(
    "contentTag refuses %s",
    async (given) => {
      // @ts-expect-error: what a caller without types may pass
      await expect((async () => contentTag(given))()).rejects.toThrow(TypeError);
    },
  );

  it("law: contents that differ have tags that differ", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.uint8Array(), async (a, b) => {
        const same = Buffer.from(a).equals(Buffer.from(b));
        expect((await contentTag(new Uint8Array(a))) === (await contentTag(new Uint8Array(b)))).toBe(same);
      }),
    );
  });

  it("contentTag hashes the bytes as they were when it was called", async () => {
    const buffer = new TextEncoder().encode("hello");
    const tag = contentTag(buffer);
    buffer.fill(0);
    expect(await tag).toBe(await contentTag("hello"));
  });
});

describe("codedTag, §8.8.3.3", () => {
  it.each([
    ['"v1"', "gzip", '"v1-gzip"'],
    ['W/"v1"', "gzip", 'W/"v1-gzip"'],
    ['"v1"', "br", '"v1-br"'],
    ['""', "zstd", '"-zstd"'],
    ['"v1-gzip"', "br", '"v1-gzip-br"'],
    ['"a\\"', "gzip", '"a\\-gzip"'],
  ] as const)("codedTag(%s, %j) is %s", (tag, coding, coded) => {
    expect(codedTag(tag, coding)).toBe(coded);
    expectTag(codedTag(tag, coding));
  });

  it.each(['"', "two words", "a\tb", "Ā", "\x7f", "a\nb"])("codedTag refuses the coding %j", (coding) => {
    expect(() => codedTag('"v1"', coding)).toThrow(TypeError);
  });

  it("codedTag leaves the tag unchanged for identity, which is not a coding", () => {
    expect(codedTag('"v1"', "identity")).toBe('"v1"');
    expect(codedTag('W/"v1"', "identity")).toBe('W/"v1"');
  });

  it("codedTag refuses a coding without a name", () => {
    expect(() => codedTag('"v1"', "")).toThrow(TypeError);
    expect(() => codedTag('"v1"', undefined as unknown as string)).toThrow(
      "the coding undefined: use its name",
    );
  });

  it("law: a coded tag is as strong as the tag, and differs from it", () => {
    fc.assert(
      fc.property(opaqueText, fc.constantFrom("gzip", "br", "zstd", "deflate"), (text, coding) => {
        for (const tag of [`"${text}"`, `W/"${text}"`] as const) {
          expect(isWeak(codedTag(tag, coding))).toBe(isWeak(tag));
          expect(opaque(codedTag(tag, coding))).toBe(`${text}-${coding}`);
          expectTag(codedTag(tag, coding));
        }
      }),
    );
  });

  it("codedTag refuses a text that is not a tag", () => {
    expect(() => codedTag("v1" as never, "gzip")).toThrow('"v1" is not an entity tag');
  });
});
