import { readOptions } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import { Feature, featureSet } from "./features.ts";
import type { FeatureSet } from "./features.ts";

/**
 * The three device classes of the 2012 proposal: whether this host can live with a guest that reuses ballooned
 * pages before it says so.
 * - `"never"`: it cannot (pinned memory that must be locked again first). A driver that does not promise is refused.
 * - `"optional"`: it can, but prefers to be told; a driver that takes neither bit is recorded as buggy.
 * - `"always"`: it can; no driver is complained about.
 */
export type DeviceClass = "never" | "optional" | "always";

/** What {@link offeredByClass} has to know. */
export interface ClassOptions {
  readonly silentDeflate: DeviceClass;
  /**
   * Bit number of SILENT_DEFLATE, 17–23 or 50–127. Undefined (the default): not offered. The bit was never
   * standardised — the number it would have had, 2, is DEFLATE_ON_OOM today — and a device must not offer bits
   * the specification does not describe, so a host asks for it by name.
   */
  readonly silentDeflateBit?: number | undefined;
  /** Only class `"always"` may decline to offer WILL_TELL_HOST. Default true. */
  readonly offerWillTellHost?: boolean | undefined;
}

export const DEVICE_CLASS: Kind = { oneOf: ["never", "optional", "always"] satisfies DeviceClass[] };

/** Device-specific ranges of VIRTIO 1.3 §2.2, less the bits the specification or a shipping device has claimed. */
export const SILENT_DEFLATE_BIT: Kind = {
  integer: [
    [17, 23],
    [50, 127],
  ],
};

export const CLASS_OPTIONS: Table<ClassOptions> = {
  silentDeflate: { needed: DEVICE_CLASS },
  silentDeflateBit: SILENT_DEFLATE_BIT,
  offerWillTellHost: "boolean",
};

/**
 * The bits about telling the host that a device of this class offers.
 * @throws TypeError for an unknown class or option, RangeError for a bit number another feature has or may get, or when a class
 * that must propose WILL_TELL_HOST is told not to.
 */
export function offeredByClass(options: ClassOptions): FeatureSet {
  const read = readOptions("offeredByClass", CLASS_OPTIONS, options);
  const { silentDeflate, silentDeflateBit, offerWillTellHost = true } = read;
  checkOffer(read);
  const will = offerWillTellHost ? featureSet(Feature.WILL_TELL_HOST) : 0n;
  const silent =
    silentDeflate !== "never" && silentDeflateBit !== undefined ? featureSet(silentDeflateBit) : 0n;
  return will | silent;
}

function checkOffer({ silentDeflate, offerWillTellHost }: ClassOptions): void {
  if (offerWillTellHost === false && silentDeflate !== "always") {
    throw new RangeError(`a device of class "${silentDeflate}" must propose WILL_TELL_HOST`);
  }
}
