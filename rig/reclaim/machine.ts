import { NodeHost, reclaimingHost } from "../../src/node/index.ts";
import { loadLibc } from "../../src/node/libc.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon } from "../../src/v86/index.ts";
import { bootLinuxWith } from "../linux/balloon.ts";
import type { LinuxGuest } from "../linux/guest.ts";

/** A Linux guest with a balloon whose pages leave the process. */
export interface ReclaimMachine {
  readonly guest: LinuxGuest;
  readonly balloon: V86Balloon;
  readonly host: NodeHost;
}

/** Boots the guest, or restores it. @throws NodeHostError or LinuxUnavailableError on unsupported systems */
export async function bootReclaimMachine(
  memoryBytes: number,
  onProgress: (text: string) => void,
): Promise<ReclaimMachine> {
  // What is missing is said before a kernel is fetched.
  loadLibc();
  return bootLinuxWith(
    (emulator) => {
      const host = reclaimingHost(emulator);
      return { host, balloon: attachBalloon(emulator, { host, deflateOnOom: true }) };
    },
    { cacheKey: "reclaim", memoryBytes, onProgress },
  );
}
