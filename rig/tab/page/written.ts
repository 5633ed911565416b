import type { V86 } from "v86";
import type { V86Like } from "../../../src/v86/index.ts";

/**
 * How many bytes the balloon's host writes while `work` works: after each write it has v86 drop what it has translated.
 * What v86 itself writes for its disks counts, too.
 */
export async function bytesWritten(emulator: V86, work: () => Promise<unknown>): Promise<number> {
  const { cpu } = (emulator as unknown as V86Like).v86;
  const original = cpu.jit_dirty_cache.bind(cpu);
  const own = Object.getOwnPropertyDescriptor(cpu, "jit_dirty_cache")!;
  let bytes = 0;
  cpu.jit_dirty_cache = (start, end) => {
    bytes += end - start;
    original(start, end);
  };
  try {
    await work();
    return bytes;
  } finally {
    Object.defineProperty(cpu, "jit_dirty_cache", own);
  }
}
