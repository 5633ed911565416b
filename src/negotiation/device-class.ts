import { readOptions } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import { Feature, featureSet } from "./features.ts";
import type { FeatureSet } from "./features.ts";

/**
 * The three device classes of the 2012 proposal. They say whether this host can work with a guest that reuses ballooned
 * pages before it tells the host.
 * - `"never"`: it cannot, because its memory is pinned and must be locked again first. A driver that does not promise
 *   to tell is refused.
 * - `"optional"`: it can, but prefers to be told. A driver that takes neither bit is recorded as buggy.
 * - `"always"`: it can, and no driver is at fault for being silent.
 */
export type DeviceClass = "never" | "optional" | "always";

/**
 * Version of the device's hardware. WILL_TELL_HOST came with revision 2. The revision is saved with a guest and stays
 * in force wherever the guest goes on, so that nothing it has read changes.
 * - `1`: bit 0 is not offered. Only a host that "always supports silent deflate" can have such a device.
 * - `2`: WILL_TELL_HOST is always offered.
 */
export type DeviceRevision = 1 | 2;

/** The input of {@link offeredByClass}. */
export interface ClassOptions {
  readonly silentDeflate: DeviceClass;
  /**
   * Bit number of SILENT_DEFLATE, 17–23 or 50–127. Undefined (the default): not offered. The bit was never
   * standardised, and the number it was to have, 2, is DEFLATE_ON_OOM today. A device must not offer bits that the
   * specification does not describe, so the host has to ask for it explicitly.
   */
  readonly silentDeflateBit?: number | undefined;
  /** Only class `"always"` may have revision 1. Default 2. */
  readonly revision?: DeviceRevision | undefined;
}

export const DEVICE_CLASS: Kind = { oneOf: ["never", "optional", "always"] satisfies DeviceClass[] };

/** The device-specific ranges of VIRTIO 1.3 §2.2, without the bits that the specification or a shipping device uses. */
export const SILENT_DEFLATE_BIT: Kind = {
  integer: [
    [17, 23],
    [50, 127],
  ],
};

export const REVISION: Kind = { integer: [[1, 2]] };

export const CLASS_OPTIONS: Table<ClassOptions> = {
  silentDeflate: { needed: DEVICE_CLASS },
  silentDeflateBit: SILENT_DEFLATE_BIT,
  revision: REVISION,
};

/**
 * Returns the bits about telling the host that a device of this class offers.
 * @throws TypeError for an unknown class or option; RangeError for an unknown revision, for revision 1 with a class
 * that must propose WILL_TELL_HOST, and for a bit number that another feature has or may get
 */
export function offeredByClass(options: ClassOptions): FeatureSet {
  const read = readOptions("offeredByClass", CLASS_OPTIONS, options);
  checkRevision(read);
  const { silentDeflate, silentDeflateBit, revision } = read;
  const will = revision === 1 ? 0n : featureSet(Feature.WILL_TELL_HOST);
  const silent =
    silentDeflate !== "never" && silentDeflateBit !== undefined ? featureSet(silentDeflateBit) : 0n;
  return will | silent;
}

function checkRevision({ silentDeflate, revision }: ClassOptions): void {
  if (revision === 1 && silentDeflate !== "always")
    throw new RangeError(
      `revision: expected 2 for class "${silentDeflate}", which must propose WILL_TELL_HOST, got 1`,
    );
}
