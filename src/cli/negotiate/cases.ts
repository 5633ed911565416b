import { Feature, featureNames, featureSet, judge, offeredByClass } from "../../negotiation/index.ts";
import type { DeviceClass, Verdict } from "../../negotiation/index.ts";
import type { Promised } from "./drivers.ts";

/** One device, one driver, and what comes of it. */
export interface Case {
  readonly class: DeviceClass;
  readonly legacy: boolean;
  readonly offered: readonly string[];
  readonly taken: readonly string[];
  readonly verdict: Verdict;
}

/** @throws RangeError for a bit that cannot be SILENT_DEFLATE's */
export function caseOf(
  silentDeflate: DeviceClass,
  driver: readonly Promised[],
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
    verdict: judge({
      silentDeflate,
      silentDeflateBit,
      offered: promised | interfaceBits,
      accepted: taken | interfaceBits,
      legacy,
    }),
  };
}
