import { Feature, featureNames, featureSet, negotiate, offeredByClass } from "../../negotiation/index.ts";
import type { DeviceClass, Outcome } from "../../negotiation/index.ts";
import { didYouMean } from "../../options/index.ts";
import { UsageError } from "../usage-error.ts";

/** A bit a driver can promise with. */
type Promise = "will" | "silent";

const PROMISES: readonly Promise[] = ["will", "silent"];

/** Every choice a driver has. */
export const DRIVERS: readonly (readonly Promise[])[] = [["will"], ["silent"], ["will", "silent"], []];

/** One device, one driver, and what comes of it. */
export interface Case {
  readonly class: DeviceClass;
  readonly legacy: boolean;
  readonly offered: readonly string[];
  readonly taken: readonly string[];
  readonly outcome: Outcome;
}

/** What the driver takes, from `will,silent` or `none`. @throws UsageError for other words */
export function driverOf(text: string): readonly Promise[] {
  if (text === "none") return [];
  return text.split(",").map((word) => {
    const found = PROMISES.find((promise) => promise === word);
    if (found !== undefined) return found;
    const hint = didYouMean(word, [...PROMISES, "none"]);
    throw new UsageError(`--driver must be will, silent, will,silent or none, got "${word}"${hint}`);
  });
}

/** @throws RangeError for a bit that cannot be SILENT_DEFLATE's */
export function caseOf(
  silentDeflate: DeviceClass,
  driver: readonly Promise[],
  silentDeflateBit: number,
  legacy: boolean,
): Case {
  const bits = { will: Feature.WILL_TELL_HOST, silent: silentDeflateBit };
  // A driver of the legacy interface does not know VERSION_1.
  const interfaceBits = legacy ? 0n : featureSet(Feature.VERSION_1);
  const promised = offeredByClass({ silentDeflate, silentDeflateBit });
  const taken = featureSet(...driver.map((promise) => bits[promise]));
  return {
    class: silentDeflate,
    legacy,
    offered: featureNames(promised, silentDeflateBit),
    taken: featureNames(taken, silentDeflateBit),
    outcome: negotiate({
      silentDeflate,
      silentDeflateBit,
      offered: promised | interfaceBits,
      accepted: taken | interfaceBits,
      legacy,
    }),
  };
}
