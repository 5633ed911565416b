import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Feature, featureSet, hasFeature, negotiate } from "../../src/negotiation/index.ts";
import type { Negotiation } from "../../src/negotiation/index.ts";

const VERSION_1 = featureSet(Feature.VERSION_1);
const WILL = featureSet(Feature.WILL_TELL_HOST);
const SILENT = featureSet(50);

const sets = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 130n }),
  fc
    .subarray([Feature.WILL_TELL_HOST, Feature.STATS_VQ, 50, Feature.VERSION_1])
    .map((bits) => featureSet(...bits)),
);
const negotiations: fc.Arbitrary<Negotiation> = fc
  .record({
    silentDeflate: fc.constantFrom("never" as const, "optional" as const, "always" as const),
    silentDeflateBit: fc.constantFrom(undefined, 50),
    offered: sets,
    accepted: sets,
    legacy: fc.constantFrom(undefined, false, true),
    // Mostly the features that a driver takes when it keeps the rules.
    within: fc.boolean(),
  })
  .map(({ within, ...rest }) => (within ? { ...rest, accepted: rest.accepted & rest.offered } : rest));

describe("any negotiation", () => {
  test('has lock policy "on" exactly when WILL_TELL_HOST was taken and SILENT_DEFLATE was not (POSITION-6)', () => {
    fc.assert(
      fc.property(negotiations, (negotiation) => {
        const { accepted, silentDeflateBit } = negotiation;
        const on = negotiate(negotiation).lockPolicy === "on";
        const promised =
          hasFeature(accepted, Feature.WILL_TELL_HOST) && !hasFeature(accepted, silentDeflateBit);
        const valid =
          (accepted & ~negotiation.offered) === 0n &&
          (negotiation.legacy === true || (accepted & VERSION_1) !== 0n);
        expect(on).toBe(promised && valid);
      }),
      { numRuns: 2000 },
    );
  });

  test("that a device without silent deflate accepts has a driver that tells the host (DEV-F1)", () => {
    fc.assert(
      fc.property(negotiations, (negotiation) => {
        // Such a device does not offer the bit, whatever its number.
        const offered = negotiation.offered & ~SILENT;
        const outcome = negotiate({ ...negotiation, silentDeflate: "never", offered });
        if (outcome.result === "accepted") expect(outcome.promise).toBe("tells-host");
        expect(outcome.result === "accepted").toBe(outcome.lockPolicy === "on");
      }),
      { numRuns: 2000 },
    );
  });

  test("gives an outcome and a reason; a driver that is not accepted is at fault if it had a choice", () => {
    const anything = fc.record({
      silentDeflate: fc.constantFrom("never" as const, "optional" as const, "always" as const),
      silentDeflateBit: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
      offered: fc.bigInt(),
      accepted: fc.bigInt(),
      legacy: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.oneof(negotiations, anything), (negotiation) => {
        const outcome = negotiate(negotiation);
        expect(outcome.reason).not.toBe("");
        const asked = hasFeature(negotiation.offered, Feature.WILL_TELL_HOST);
        if (outcome.result !== "accepted" && asked) expect(outcome.driverFault).toBe(true);
        if (outcome.promise === "assumed-silent" && !asked) expect(outcome.driverFault).toBe(false);
        expect(outcome.reason.length).toBeLessThan(300);
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses a modern driver but stops a legacy driver, which has no FEATURES_OK", () => {
    fc.assert(
      fc.property(negotiations, (negotiation) => {
        const { result } = negotiate(negotiation);
        expect(result).not.toBe(negotiation.legacy === true ? "refused" : "needs-reset");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("an invalid choice of features", () => {
  const base = { silentDeflate: "optional", silentDeflateBit: 50 } as const;

  test("with a bit that was not offered is refused, and the bit is named", () => {
    const outcome = negotiate({
      ...base,
      offered: VERSION_1 | WILL,
      accepted: VERSION_1 | WILL | (1n << 77n),
    });
    expect(outcome).toMatchObject({ result: "refused", lockPolicy: "off", promise: "invalid" });
    expect(outcome.reason).toContain("0x20000000000000000000");
  });

  test("without VERSION_1 is refused on a modern transport, and taken on a legacy one (FEATURE-6)", () => {
    const choice = { ...base, offered: VERSION_1 | WILL, accepted: WILL };
    expect(negotiate(choice)).toMatchObject({ result: "refused", promise: "invalid", driverFault: true });
    expect(negotiate(choice).reason).toContain("VERSION_1");
    expect(negotiate({ ...choice, legacy: true })).toMatchObject({ result: "accepted", lockPolicy: "on" });
  });

  test("with the number of SILENT_DEFLATE does not mean silence if the host gave the bit no number", () => {
    const offered = VERSION_1 | WILL | SILENT;
    const accepted = offered;
    expect(negotiate({ silentDeflate: "optional", offered, accepted }).promise).toBe("tells-host");
  });
});

describe("a set of features that is not a bigint", () => {
  test.each(["offered", "accepted"])("is the host's mistake, and the error names it: %s", (label) => {
    const mistake = { silentDeflate: "never", offered: VERSION_1, accepted: VERSION_1, [label]: 1 };
    expect(() => negotiate(mistake as unknown as Negotiation)).toThrow(
      new TypeError(`${label}: expected a bigint, got 1`),
    );
  });
});
