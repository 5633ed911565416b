import { describe, expect, test } from "vitest";
import { Feature, featureSet, negotiate, offeredByClass } from "../../src/negotiation/index.ts";
import type { DeviceClass, Outcome } from "../../src/negotiation/index.ts";

/** The sentences of the 2012 mail that decide each cell, and what was settled where the mail says nothing. */
const SAYS = {
  will: '"if the guest negotiates VIRTIO_BALLOON_F_WILL_TELL_HOST, we can do the munlock/mlock"',
  willNot:
    '"If the guest will _not_ use silent deflate, we can unlock memory on inflate and lock it back on deflate"',
  silent: '"if the guest negotiates VIRTIO_BALLOON_F_SILENT_DEFLATE, we cannot do the munlock/mlock"',
  both: 'both bits, on which the mail is silent, are the weaker promise: "If the guest will use silent deflate, we cannot do that"',
  fail: '"the device must assume that the guest will use silent deflate, and fail to start the guest if the device does not support silent deflate"',
  buggy: '"if the guest does not negotiate either, the driver is buggy and we cannot do the munlock/mlock"',
  always: '"always supports silent deflate: does not need to do anything, current behavior works fine"',
  notAtAll: '"does not support silent deflate at all", so the bit is not offered, and taking it is a fault',
  notOffered: '"SILENT_DEFLATE, which is negotiated normally": a bit that was not offered cannot be taken',
} as const;

type Took = "WILL only" | "SILENT only" | "both" | "neither";
type Expected = Pick<Outcome, "result" | "lockPolicy" | "promise" | "driverFault">;

const ON: Expected = { result: "accepted", lockPolicy: "on", promise: "tells-host", driverFault: false };
const OFF: Expected = { result: "accepted", lockPolicy: "off", promise: "silent", driverFault: false };
const BUGGY: Expected = {
  result: "accepted",
  lockPolicy: "off",
  promise: "assumed-silent",
  driverFault: true,
};
const FINE: Expected = { ...BUGGY, driverFault: false };
/** A legacy driver has no FEATURES_OK to refuse, so it is stopped. */
const fail = (legacy: boolean): Expected => ({ ...BUGGY, result: legacy ? "needs-reset" : "refused" });
const invalid = (legacy: boolean): Expected => ({ ...fail(legacy), promise: "invalid" });

type Cell = readonly [sentence: string, expected: (legacy: boolean) => Expected];

/** class -> whether the host asked for the SILENT_DEFLATE bit -> what the driver took. */
const TABLE: Record<DeviceClass, Record<"offered" | "not offered", Record<Took, Cell>>> = {
  never: {
    offered: {
      "WILL only": [SAYS.willNot, () => ON],
      "SILENT only": [SAYS.notAtAll, invalid],
      both: [SAYS.notAtAll, invalid],
      neither: [SAYS.fail, fail],
    },
    "not offered": {
      "WILL only": [SAYS.willNot, () => ON],
      "SILENT only": [SAYS.notAtAll, invalid],
      both: [SAYS.notAtAll, invalid],
      neither: [SAYS.fail, fail],
    },
  },
  optional: {
    offered: {
      "WILL only": [SAYS.will, () => ON],
      "SILENT only": [SAYS.silent, () => OFF],
      both: [SAYS.both, () => OFF],
      neither: [SAYS.buggy, () => BUGGY],
    },
    "not offered": {
      "WILL only": [SAYS.will, () => ON],
      "SILENT only": [SAYS.notOffered, invalid],
      both: [SAYS.notOffered, invalid],
      neither: [SAYS.buggy, () => BUGGY],
    },
  },
  always: {
    offered: {
      "WILL only": [SAYS.will, () => ON],
      "SILENT only": [SAYS.silent, () => OFF],
      both: [SAYS.both, () => OFF],
      neither: [SAYS.always, () => FINE],
    },
    "not offered": {
      "WILL only": [SAYS.will, () => ON],
      "SILENT only": [SAYS.notOffered, invalid],
      both: [SAYS.notOffered, invalid],
      neither: [SAYS.always, () => FINE],
    },
  },
};

/** A bit that a legacy driver, which sees 32 bits, can take as well. */
const SILENT_BIT = 20;
const TAKEN: Record<Took, bigint> = {
  "WILL only": featureSet(Feature.WILL_TELL_HOST),
  "SILENT only": featureSet(SILENT_BIT),
  both: featureSet(Feature.WILL_TELL_HOST, SILENT_BIT),
  neither: 0n,
};

interface Case {
  readonly silentDeflate: DeviceClass;
  readonly offer: "offered" | "not offered";
  readonly took: Took;
  readonly legacy: boolean;
}

function outcomeOf({ silentDeflate, offer, took, legacy }: Case): Outcome {
  const options = { silentDeflate, silentDeflateBit: offer === "offered" ? SILENT_BIT : undefined };
  const version1 = featureSet(Feature.VERSION_1);
  const offered = offeredByClass(options) | version1;
  return negotiate({ ...options, offered, accepted: TAKEN[took] | (legacy ? 0n : version1), legacy });
}

for (const silentDeflate of ["never", "optional", "always"] as const) {
  for (const offer of ["offered", "not offered"] as const) {
    describe(`class ${silentDeflate}, SILENT_DEFLATE ${offer}`, () => {
      for (const took of ["WILL only", "SILENT only", "both", "neither"] as const) {
        const [sentence, expected] = TABLE[silentDeflate][offer][took];
        test.each(["modern", "legacy"])(`a %s driver takes ${took}: ${sentence}`, (kind) => {
          const legacy = kind === "legacy";
          expect(outcomeOf({ silentDeflate, offer, took, legacy })).toMatchObject(expected(legacy));
        });
      }
    });
  }
}
