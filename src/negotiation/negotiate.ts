import { readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { DEVICE_CLASS } from "./device-class.ts";
import type { DeviceClass } from "./device-class.ts";
import { ANY_BIT, Feature, FEATURES_END, hasFeature } from "./features.ts";
import type { FeatureSet } from "./features.ts";

/** What the driver is known to do with a ballooned page it wants back. */
export type DriverPromise =
  /** took WILL_TELL_HOST only: waits for the acknowledgement of its deflate */
  | "tells-host"
  /** took SILENT_DEFLATE: reuses first */
  | "silent"
  /** took neither: nothing is promised, so silence must be assumed */
  | "assumed-silent"
  /** took a bit that was not offered, or no VERSION_1 on a modern transport */
  | "invalid";

/** What a negotiation ends in. */
export interface Outcome {
  /** `accepted`; `refused`: clear FEATURES_OK (VIRTIO 1.3 §5.5.3.2); `needs-reset`: a legacy driver that cannot be refused. */
  readonly result: "accepted" | "refused" | "needs-reset";
  /** Whether memory may be unlocked on inflate and locked again on deflate. */
  readonly lockPolicy: "on" | "off";
  readonly promise: DriverPromise;
  /** Whether the driver broke its rules. */
  readonly driverFault: boolean;
  /** One sentence for a log. */
  readonly reason: string;
}

/** What {@link negotiate} has to know: the device, what it offered, and what the driver took. */
export interface Negotiation {
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit?: number | undefined;
  readonly offered: FeatureSet;
  readonly accepted: FeatureSet;
  /** The driver uses the legacy interface: it has no FEATURES_OK step. Default false. */
  readonly legacy?: boolean | undefined;
}

export const NEGOTIATION: Table<Negotiation> = {
  silentDeflate: { needed: DEVICE_CLASS },
  silentDeflateBit: ANY_BIT,
  // Any set: what the guest takes gets an outcome, not an error.
  offered: { needed: "bigint" },
  accepted: { needed: "bigint" },
  legacy: "boolean",
};

/**
 * What a device of this class makes of the features a driver took: the decision table of the 2012 proposal. Pure.
 * The cell the proposal leaves open, both bits taken, counts as silent: the weaker promise is the one to rely on. Who was
 * not offered WILL_TELL_HOST is not to blame for not taking it, and must be assumed silent all the same.
 * @throws TypeError or RangeError for what is missing, unknown, or not of its kind
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

/** Only a modern driver waits for an answer to its choice. */
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

/** A device of revision 1: "current behavior works fine", but for a host that must be told. */
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
