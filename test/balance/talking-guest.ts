import { unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";

export const FRAMES = 1024;
export const FRAME_BYTES = 4096;
/** Tags of statistics. */
export const Tag = { MEMFREE: 4, MEMTOT: 5, AVAIL: 6 } as const;

/** A guest of 1024 frames that reports its available memory whenever it is asked. */
export class TalkingGuest {
  readonly machine: Machine<ListingHost> = unpinned({ frames: FRAMES, deflateOnOom: true }).up();
  available: number;

  constructor(available: number) {
    this.available = available;
    this.#say();
  }

  get target(): number {
    return this.machine.device.target / FRAME_BYTES;
  }

  get ballooned(): number {
    return this.machine.device.pages.count;
  }

  /** Answers if it was asked; returns whether it was asked. */
  answer(): boolean {
    if (this.machine.queue("stats").used().length === 0) return false;
    this.#say();
    return true;
  }

  /** Moves its balloon to the target, or at most `frames` towards it. */
  obey(frames?: number): void {
    const { ballooned, target } = this;
    const moved = Math.min(frames ?? Infinity, Math.abs(target - ballooned));
    const first = target > ballooned ? ballooned : ballooned - moved;
    const pfns = Array.from({ length: moved }, (_, i) => first + i);
    if (pfns.length > 0) this.machine[target > ballooned ? "inflate" : "deflate"](...pfns);
    this.available -= target > ballooned ? moved : -moved;
  }

  /** Sends statistics: pairs of tag and value. */
  say(...entries: readonly (readonly [number, bigint])[]): void {
    const bytes = new DataView(new ArrayBuffer(10 * entries.length));
    entries.forEach(([tag, value], i) => {
      bytes.setUint16(10 * i, tag, true);
      bytes.setBigUint64(10 * i + 2, value, true);
    });
    this.machine.send("stats", this.machine.buffer(new Uint8Array(bytes.buffer)));
  }

  #say(): void {
    this.say([Tag.AVAIL, BigInt(this.available * FRAME_BYTES)]);
  }
}
