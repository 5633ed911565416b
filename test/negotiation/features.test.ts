import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Feature, featureNames, featureSet, hasFeature } from "../../src/negotiation/index.ts";

const bits = fc.uniqueArray(fc.integer({ min: 0, max: 127 }));

describe("a set of features", () => {
  test("has the bits that it was made of and no others", () => {
    fc.assert(
      fc.property(bits, (wanted) => {
        const set = featureSet(...wanted);
        const has = Array.from({ length: 130 }, (_, bit) => bit).filter((bit) => hasFeature(set, bit));
        expect(has).toEqual(wanted.sort((a, b) => a - b));
      }),
    );
  });

  test("does not have an undefined bit", () => {
    expect(hasFeature(~0n, undefined)).toBe(false);
  });

  test("has one name for every bit, in ascending order", () => {
    fc.assert(
      fc.property(bits, (wanted) => {
        const names = featureNames(featureSet(...wanted));
        const sorted = wanted.sort((a, b) => a - b);
        expect(names).toEqual(sorted.map((bit) => featureNames(featureSet(bit))[0]));
        expect(new Set(names).size).toBe(wanted.length);
      }),
    );
  });
});

describe("the names of features", () => {
  test("are the specification's, but bit 0 is WILL_TELL_HOST, as in the mail", () => {
    expect(featureNames(0x1_3000_003fn)).toEqual([
      "WILL_TELL_HOST",
      "STATS_VQ",
      "DEFLATE_ON_OOM",
      "FREE_PAGE_HINT",
      "PAGE_POISON",
      "PAGE_REPORTING",
      "RING_INDIRECT_DESC",
      "RING_EVENT_IDX",
      "VERSION_1",
    ]);
    expect(Feature.MUST_TELL_HOST).toBe(Feature.WILL_TELL_HOST);
  });

  test("include SILENT_DEFLATE only if the host has given it a bit", () => {
    expect(featureNames(1n << 50n)).toEqual(["bit 50"]);
    expect(featureNames(1n << 50n, 50)).toEqual(["SILENT_DEFLATE"]);
    expect(featureNames(1n << 50n, 51)).toEqual(["bit 50"]);
  });

  test("do not exist for a negative number, which is not a set", () => {
    expect(featureNames(-1n)).toEqual([]);
  });
});
