import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Common } from "../../src/virtio/index.ts";
import { featureWindow, withFeatureWindow } from "../../src/virtio/feature-bits.ts";
import { Toy, VERSION_1 } from "./toy.ts";

const features = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const window = fc.integer({ min: 0, max: 0xffffffff });
const select = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(4, 31, 32, 0x80000000, 0xffffffff));

describe("a window of the features", () => {
  test("is 32 of the 128 bits, and 0 beyond (PCI-7)", () => {
    fc.assert(
      fc.property(features, select, (set, select) => {
        const bits = Array.from({ length: 32 }, (_, i) =>
          Number((set >> BigInt(32 * (select % 8) + i)) & 1n),
        );
        const expected = select < 4 ? bits.reduce((sum, bit, i) => sum + bit * 2 ** i, 0) : 0;
        expect(featureWindow(set, select)).toBe(expected);
      }),
    );
  });

  test("replaces its own bits and no others, and the last write wins", () => {
    fc.assert(
      fc.property(features, select, window, (set, select, value) => {
        const after = withFeatureWindow(set, select, value);
        for (let at = 0; at < 4; at++) {
          expect(featureWindow(after, at)).toBe(at === select ? value : featureWindow(set, at));
        }
        expect(after >> 128n).toBe(0n);
      }),
    );
  });
});

describe("a driver", () => {
  test("sees all offered bits, even those above 64", () => {
    const toy = new Toy();
    expect(toy.driver.offered).toBe(toy.offeredFeatures);
    expect(toy.offeredFeatures >> 127n).toBe(1n);
  });

  test("can take a bit above 64", () => {
    const toy = new Toy();
    expect(toy.driver.negotiate(VERSION_1 | (1n << 77n))).toBe(true);
    expect(toy.virtio.accepted).toBe(VERSION_1 | (1n << 77n));
  });

  test("can read back its choice and take a bit back, and has no window 4 (PCI-8)", () => {
    const { bar, virtio } = new Toy();
    const choose = (select: number, value: number): void => {
      bar.write(Common.DRIVER_FEATURE_SELECT, 4, select);
      bar.write(Common.DRIVER_FEATURE, 4, value);
    };
    choose(2, 0x80000001);
    choose(2, 0x80000000);
    expect(bar.read(Common.DRIVER_FEATURE, 4)).toBe(0x80000000);
    choose(4, 0xffffffff);
    expect(bar.read(Common.DRIVER_FEATURE, 4)).toBe(0);
    expect(virtio.accepted).toBe(1n << 95n);
    bar.write(Common.DEVICE_FEATURE_SELECT, 4, 4);
    expect(bar.read(Common.DEVICE_FEATURE, 4)).toBe(0);
  });
});
