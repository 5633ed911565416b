import type { Attach, RecordedGuest, RecordGuest } from "../../src/cli/record/guests.ts";
import { MIB } from "../../src/cli/options.ts";
import { orUnavailable } from "./unavailable.ts";
import { bootLinuxWith } from "../linux/balloon.ts";

const MEMORY_BYTES = 256 * MIB;

/** A real Linux guest to record. */
export const LINUX_RECORD_GUEST: RecordGuest = {
  name: "linux",
  memoryBytes: MEMORY_BYTES,
  boot: (attach, onProgress) => orUnavailable(boot(attach, onProgress)),
};

async function boot(attach: Attach, onProgress: (text: string) => void): Promise<RecordedGuest> {
  const { guest, balloon } = await bootLinuxWith((emulator) => ({ balloon: attach(emulator) }), {
    cacheKey: "record",
    memoryBytes: MEMORY_BYTES,
    onProgress,
  });
  const name = `Linux ${await guest.shell("uname -r")}`;
  return { device: balloon.device, name, destroy: () => guest.destroy() };
}
