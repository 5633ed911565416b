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

/**
 * Version of the device's hardware: WILL_TELL_HOST came with revision 2. Saved with a guest, and in force wherever the
 * guest goes on, so that nothing it has read changes.
 * - `1`: bit 0 is not offered. Only a host that "always supports silent deflate" can be such a device.
 * - `2`: WILL_TELL_HOST is always offered.
 */
export type DeviceRevision = 1 | 2;

/** What {@link offeredByClass} has to know. */
export interface ClassOptions {
  readonly silentDeflate: DeviceClass;
  /**
   * Bit number of SILENT_DEFLATE, 17–23 or 50–127. Undefined (the default): not offered. The bit was never
   * standardised — the number it would have had, 2, is DEFLATE_ON_OOM today — and a device must not offer bits
   * the specification does not describe, so a host asks for it by name.
   */
  readonly silentDeflateBit?: number | undefined;
  /** Only class `"always"` may be of revision 1. Default 2. */
  readonly revision?: DeviceRevision | undefined;
}

/**
 * The bits about telling the host that a device of this class offers.
 * @throws TypeError for an unknown class or a revision that is no number; RangeError for an unknown revision, for
 * revision 1 of a class that must propose WILL_TELL_HOST, and for a bit number another feature has or may get
 */
export function offeredByClass(options: ClassOptions): FeatureSet {
  checkClass(options);
  checkRevision(options);
  const { silentDeflate, silentDeflateBit, revision } = options;
  const will = revision === 1 ? 0n : featureSet(Feature.WILL_TELL_HOST);
  const silent =
    silentDeflate !== "never" && silentDeflateBit !== undefined ? featureSet(silentDeflateBit) : 0n;
  return will | silent;
}

function checkRevision({ silentDeflate, revision = 2 }: ClassOptions): void {
  if (typeof revision !== "number") throw new TypeError(`revision must be 1 or 2, got ${kindOf(revision)}`);
  if (![1, 2].includes(revision)) throw new RangeError(`revision must be 1 or 2, got ${String(revision)}`);
  if (revision === 1 && silentDeflate !== "always")
    throw new RangeError(
      `revision must be 2 for class "${silentDeflate}", which must propose WILL_TELL_HOST; got 1`,
    );
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function checkClass({ silentDeflate, silentDeflateBit }: ClassOptions): void {
  if (!["never", "optional", "always"].includes(silentDeflate)) {
    throw new TypeError(
      `silentDeflate must be "never", "optional" or "always", got ${silentDeflate as string}`,
    );
  }
  if (silentDeflateBit !== undefined && !isFreeBit(silentDeflateBit)) {
    throw new RangeError(`silentDeflateBit must be 17 to 23 or 50 to 127, got ${silentDeflateBit}`);
  }
}

/** Device-specific ranges of VIRTIO 1.3 §2.2, less the bits the specification or a shipping device has claimed. */
function isFreeBit(bit: number): boolean {
  return Number.isInteger(bit) && ((bit >= 17 && bit <= 23) || (bit >= 50 && bit <= 127));
}
