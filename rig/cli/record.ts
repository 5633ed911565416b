import type { Attach, RecordedGuest, RecordGuest } from "../../src/cli/record/guests.ts";
import { orUnavailable } from "./unavailable.ts";
import { bootLinuxWith } from "../linux/balloon.ts";

const MEMORY_MIB = 256;

/** A real Linux guest to record. */
export const LINUX_RECORD_GUEST: RecordGuest = {
  name: "linux",
  memoryMib: MEMORY_MIB,
  boot: (attach, onProgress) => orUnavailable(boot(attach, onProgress)),
};

async function boot(attach: Attach, onProgress: (text: string) => void): Promise<RecordedGuest> {
  const { guest, balloon } = await bootLinuxWith((emulator) => ({ balloon: attach(emulator) }), {
    cacheKey: "record",
    memoryBytes: MEMORY_MIB * 2 ** 20,
    onProgress,
  });
  const name = `Linux ${await guest.shell("uname -r")}`;
  return { device: balloon.device, name, destroy: () => guest.destroy() };
}
