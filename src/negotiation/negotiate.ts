import { readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { DEVICE_CLASS } from "./device-class.ts";
import type { DeviceClass } from "./device-class.ts";
import { ANY_BIT, Feature, FEATURES_END, hasFeature } from "./features.ts";
import type { FeatureSet } from "./features.ts";

/** What the driver has promised to do with a ballooned page that it takes back. */
export type DriverPromise =
  /** it took only WILL_TELL_HOST: it waits for the acknowledgement of its deflate */
  | "tells-host"
  /** it took SILENT_DEFLATE: it reuses pages before it tells the host */
  | "silent"
  /** it took neither bit and promised nothing, so it must be assumed to be silent */
  | "assumed-silent"
  /** it took a bit that was not offered, or did not take VERSION_1 on a modern transport */
  | "invalid";

/** The outcome of a negotiation. */
export interface Outcome {
  /**
   * `accepted`; `refused`: clear FEATURES_OK (VIRTIO 1.3 §5.5.3.2); `needs-reset`: a legacy driver, which cannot be
   * refused.
   */
  readonly result: "accepted" | "refused" | "needs-reset";
  /** Whether memory may be unlocked on inflate and locked again on deflate. */
  readonly lockPolicy: "on" | "off";
  readonly promise: DriverPromise;
  /** Whether the driver broke a rule. */
  readonly driverFault: boolean;
  /** The reason, in one sentence for a log. */
  readonly reason: string;
}

/** The input of {@link negotiate}: the device, what it offered, and what the driver took. */
export interface Negotiation {
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit?: number | undefined;
  readonly offered: FeatureSet;
  readonly accepted: FeatureSet;
  /** Whether the driver uses the legacy interface, which has no FEATURES_OK step. Default false. */
  readonly legacy?: boolean | undefined;
}

export const NEGOTIATION: Table<Negotiation> = {
  silentDeflate: { needed: DEVICE_CLASS },
  silentDeflateBit: ANY_BIT,
  // Any set is allowed: whatever the guest takes gets an outcome, not an error.
  offered: { needed: "bigint" },
  accepted: { needed: "bigint" },
  legacy: "boolean",
};

/**
 * Decides whether a device of this class accepts the features that a driver took: the decision table of the 2012
 * proposal. Pure.
 *
 * The proposal leaves one case open: the driver took both bits. It counts as silent, because only the weaker promise is
 * safe. A driver that was not offered WILL_TELL_HOST is not at fault for not taking it, but must still be assumed to be
 * silent.
 * @throws TypeError or RangeError for missing, unknown or wrong options
 */
export function negotiate(given: Negotiation): Outcome {
  const negotiation = readOptions("negotiate", NEGOTIATION, given);
  const invalid = invalidReason(negotiation);
  if (invalid !== undefined)
    return { ...OFF, result: refusal(negotiation), promise: "invalid", driverFault: true, reason: invalid };
  if (hasFeature(negotiation.accepted, negotiation.silentDeflateBit)) return SILENT;
  if (hasFeature(negotiation.accepted, Feature.WILL_TELL_HOST)) return TELLS_HOST;
  return tookNeither(negotiation);
}

const OFF = { result: "accepted", lockPolicy: "off", driverFault: false } as const;

const SILENT: Outcome = {
  ...OFF,
  promise: "silent",
  reason: "the guest negotiates SILENT_DEFLATE: we cannot do the munlock/mlock",
};

const TELLS_HOST: Outcome = {
  result: "accepted",
  lockPolicy: "on",
  promise: "tells-host",
  driverFault: false,
  reason: "the guest negotiates WILL_TELL_HOST: we can do the munlock/mlock",
};

const NEITHER = { ...OFF, promise: "assumed-silent" } as const;

/** The result of a refusal. Only a modern driver waits for an answer to its choice. */
function refusal({ legacy = false }: Negotiation): "refused" | "needs-reset" {
  return legacy ? "needs-reset" : "refused";
}

function tookNeither(negotiation: Negotiation): Outcome {
  const { silentDeflate, offered } = negotiation;
  if (!hasFeature(offered, Feature.WILL_TELL_HOST)) return wasNotAsked(negotiation);
  if (silentDeflate === "always") {
    return {
      ...NEITHER,
      reason: "the guest negotiates neither bit: silent deflate is assumed, and supported",
    };
  }
  const buggy = { ...NEITHER, driverFault: true };
  if (silentDeflate === "optional") {
    return {
      ...buggy,
      reason:
        "the guest does not negotiate either bit: the driver is buggy and we cannot do the munlock/mlock",
    };
  }
  return {
    ...buggy,
    result: refusal(negotiation),
    reason: "the guest does not negotiate WILL_TELL_HOST and the device does not support silent deflate",
  };
}

/** The outcome for a device of revision 1: "current behavior works fine", except for a host that must be told. */
function wasNotAsked(negotiation: Negotiation): Outcome {
  if (negotiation.silentDeflate !== "never") {
    return {
      ...NEITHER,
      reason: "the guest was not offered WILL_TELL_HOST: silent deflate is assumed",
    };
  }
  return {
    ...NEITHER,
    result: refusal(negotiation),
    reason: "the guest was not offered WILL_TELL_HOST and the device does not support silent deflate",
  };
}

function invalidReason({ offered, accepted, legacy = false }: Negotiation): string | undefined {
  const extra = accepted & ~offered;
  if (extra >= FEATURES_END) return "the guest takes features that were not offered: bits above 127";
  if (extra !== 0n) return `the guest takes features that were not offered: 0x${extra.toString(16)}`;
  if (!legacy && !hasFeature(accepted, Feature.VERSION_1))
    return "the guest does not take VERSION_1 on a modern transport";
  return undefined;
}
