import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BalloonOptions } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned, unpinned } from "../balloon/harness.ts";
import { modelOf } from "../balloon/internals.ts";

const DESCRIBED = featureSet(...Object.values(Feature));
/** §2.2: bits 24 to 40 and 43 belong to queues and negotiation; 44 to 49 and 128 upward are reserved. */
const DEVICE_BITS = featureSet(...Array.from({ length: 128 }, (_, bit) => bit).filter(isDeviceBit));

function isDeviceBit(bit: number): boolean {
  return bit <= 23 || bit === 41 || bit === 42 || bit >= 50;
}

const options: fc.Arbitrary<Partial<BalloonOptions>> = fc.record({
  silentDeflate: fc.constantFrom("never", "optional", "always"),
  stats: fc.boolean(),
  deflateOnOom: fc.boolean(),
  freePageHint: fc.boolean(),
  freePageReporting: fc.boolean(),
  relockFreePages: fc.boolean(),
});

describe("the offer", () => {
  test("has VERSION_1, and no undescribed bit unless SILENT_DEFLATE was given one (FEATURE-1, FEATURE-4, POSITION-7)", () => {
    const machines = [pinned, unpinned];
    fc.assert(
      fc.property(
        options,
        fc.constantFrom(...machines),
        fc.constantFrom(17, 23, 50, 127),
        (own, make, bit) => {
          const plain = modelOf(make(own).device).offeredFeatures;
          expect(plain & featureSet(Feature.VERSION_1)).not.toBe(0n);
          expect(plain & ~DESCRIBED).toBe(0n);
          const named = modelOf(make({ ...own, silentDeflateBit: bit }).device).offeredFeatures;
          expect(named & ~plain & ~featureSet(bit)).toBe(0n);
          expect(named & ~plain & ~DEVICE_BITS).toBe(0n);
        },
      ),
    );
  });

  test("is accepted by every class in every subset with VERSION_1 and MUST_TELL_HOST (FEATURE-2)", () => {
    fc.assert(
      fc.property(options, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (own, some) => {
        const { device, driver } = unpinned(own);
        const must = featureSet(Feature.VERSION_1, Feature.MUST_TELL_HOST);
        expect(driver.negotiate((modelOf(device).offeredFeatures & some) | must)).toBe(true);
      }),
    );
  });

  test("is refused without MUST_TELL_HOST by a device of class never, and by no other (DEV-F1)", () => {
    for (const silentDeflate of ["never", "optional", "always"] as const) {
      const { device, driver } = pinned({ silentDeflate });
      const rest = modelOf(device).offeredFeatures & ~featureSet(Feature.MUST_TELL_HOST);
      expect(driver.negotiate(rest)).toBe(silentDeflate !== "never");
    }
  });

  test("is accepted again after a reset if it was accepted once (FEATURE-5)", () => {
    const { device, driver } = pinned({ silentDeflate: "never" });
    for (let times = 0; times < 3; times++) {
      expect(driver.negotiate(modelOf(device).offeredFeatures)).toBe(true);
      driver.ready();
      expect(driver.negotiate(featureSet(Feature.VERSION_1))).toBe(false);
    }
  });
});
