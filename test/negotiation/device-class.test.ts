import { describe, expect, test } from "vitest";
import { describe as inWords } from "../../src/options/index.ts";
import { Feature, featureSet, offeredByClass } from "../../src/negotiation/index.ts";
import type { ClassOptions, DeviceClass } from "../../src/negotiation/index.ts";

const WILL = featureSet(Feature.WILL_TELL_HOST);
const CLASSES = ["never", "optional", "always"] as const;

describe("the offer of a device class", () => {
  test.each(CLASSES)(
    'always has WILL_TELL_HOST, as the mail wants ("it should always propose VIRTIO_BALLOON_F_WILL_TELL_HOST"): class %s',
    (silentDeflate) => {
      expect(offeredByClass({ silentDeflate })).toBe(WILL);
    },
  );

  test("has SILENT_DEFLATE if the class supports it and the host has given it a number", () => {
    const offers = CLASSES.map((silentDeflate) => offeredByClass({ silentDeflate, silentDeflateBit: 50 }));
    expect(offers).toEqual([WILL, WILL | (1n << 50n), WILL | (1n << 50n)]);
  });

  test('of class always in revision 1 has no WILL_TELL_HOST: "this is a hardware change, so it must be versioned"', () => {
    const offers = [1, 2, undefined].map((revision) =>
      offeredByClass({
        silentDeflate: "always",
        silentDeflateBit: 50,
        revision: revision as 1 | 2 | undefined,
      }),
    );
    expect(offers).toEqual([1n << 50n, WILL | (1n << 50n), WILL | (1n << 50n)]);
  });

  test.each(["optional", "never"] as const)(
    'cannot be of revision 1 for class %s, which "should always propose" WILL_TELL_HOST',
    (silentDeflate) => {
      expect(() => offeredByClass({ silentDeflate, revision: 1 })).toThrow(
        new RangeError(
          `revision: expected 2 for class "${silentDeflate}", which must propose WILL_TELL_HOST, got 1`,
        ),
      );
    },
  );

  test.each([0, 3, 1.5, NaN])("has no revision %d", (revision) => {
    const options = { silentDeflate: "always", revision } as unknown as ClassOptions;
    expect(() => offeredByClass(options)).toThrow(
      new RangeError(`revision: expected an integer from 1 to 2, got ${revision}`),
    );
  });

  test.each([
    ["1", '"1"'],
    [null, "null"],
    [1n, "1n"],
    [true, "true"],
  ])("has no revision %s", (revision, kind) => {
    const options = { silentDeflate: "always", revision } as unknown as ClassOptions;
    expect(() => offeredByClass(options)).toThrow(
      new TypeError(`revision: expected an integer from 1 to 2, got ${kind}`),
    );
  });
});

describe("the number of SILENT_DEFLATE", () => {
  const offer = (silentDeflateBit: number): bigint =>
    offeredByClass({ silentDeflate: "optional", silentDeflateBit });

  test.each([17, 23, 50, 127])("may be %d", (bit) => {
    expect(offer(bit)).toBe(WILL | (1n << BigInt(bit)));
  });

  test.each([0, 2, 16, 24, 28, 32, 49, 128, -1, 50.5, NaN, Infinity])("may not be %d (POSITION-7)", (bit) => {
    const message = `silentDeflateBit: expected an integer from 17 to 23 or 50 to 127, got ${bit}`;
    expect(() => offer(bit)).toThrow(new RangeError(message));
  });

  test("is checked even for a class that does not offer it", () => {
    expect(() => offeredByClass({ silentDeflate: "never", silentDeflateBit: 2 })).toThrow(RangeError);
  });
});

describe("an unknown device class", () => {
  test.each(["", "sometimes", undefined, null, 1])("%j is a TypeError", (silentDeflate) => {
    const options: ClassOptions = { silentDeflate: silentDeflate as DeviceClass };
    const message = `silentDeflate: expected "never", "optional" or "always", got ${inWords(silentDeflate)}`;
    expect(() => offeredByClass(options)).toThrow(new TypeError(message));
  });
});
