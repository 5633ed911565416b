// What a page of npm run tab does: it runs one guest, and offers what Node asks for.
import type { V86 } from "v86";
import { attachBalloon, compact } from "../../../src/v86/index.ts";
import type { Compaction, VirtioBalloon } from "../../../src/v86/index.ts";
import { timeFrames } from "./frames.ts";
import type { FrameTimes } from "./frames.ts";
import { start } from "./guests.ts";
import type { Guest } from "./guests.ts";
import { loadMachine } from "./machine.ts";
import type { GuestName } from "./machine.ts";
import { balloonIn } from "./own-balloon.ts";
import { timeStates } from "./states.ts";
import type { StateTimes } from "./states.ts";
import { bytesWritten } from "./written.ts";

/** Ours, or v86's own. */
export type BalloonName = "ballonet" | "v86";

/** What the page offers to Node, as `window.tab`. */
export interface Tab {
  /** Boots a guest of 512 MiB, once. */
  boot(guest: GuestName, balloon: BalloonName): Promise<void>;
  /** Has the guest give so many frames in all. Returns how many bytes our balloon has written. */
  give(frames: number): Promise<number>;
  /** Has the guest name its free memory. Returns the same. */
  cleanUp(): Promise<number>;
  dirty(mib: number): Promise<void>;
  isIntact(): Promise<boolean>;
  compact(): Promise<Compaction>;
  /** How many memories that `compact` has replaced are not collected yet. */
  oldMemories(): number;
  timeStates(): Promise<StateTimes>;
  timeFrames(): Promise<FrameTimes>;
}

declare global {
  interface Window {
    tab: Tab;
  }
}

let emulator: V86;
let guest: Guest;
const memories: WeakRef<WebAssembly.Memory>[] = [];

interface Core {
  readonly v86: {
    readonly cpu: { readonly wasm_memory: WebAssembly.Memory; readonly memory_size: Int32Array };
  };
}

function cpu(): Core["v86"]["cpu"] {
  return (emulator as unknown as Core).v86.cpu;
}

async function give(balloon: VirtioBalloon, frames: number): Promise<void> {
  const more = frames - balloon.num_pages;
  if (more > 0) balloon.Inflate(more);
  else balloon.Deflate(-more);
  while (balloon.actual !== frames) await new Promise((resolve) => setTimeout(resolve, 10));
}

window.tab = {
  async boot(name, balloon) {
    emulator = await loadMachine(name, { virtio_balloon: balloon === "v86" });
    if (balloon === "ballonet") attachBalloon(emulator, { deflateOnOom: true });
    guest = await start(name, emulator);
  },
  give: (frames) => bytesWritten(emulator, () => give(balloonIn(emulator), frames)),
  cleanUp: () =>
    bytesWritten(
      emulator,
      () =>
        new Promise((done) => {
          balloonIn(emulator).Cleanup(done);
        }),
    ),
  dirty: (mib) => guest.dirty(mib),
  isIntact: () => guest.isIntact(),
  compact() {
    memories.push(new WeakRef(cpu().wasm_memory));
    return compact(emulator);
  },
  oldMemories: () => memories.filter((memory) => memory.deref() !== undefined).length,
  timeStates: () => timeStates(emulator, cpu().memory_size[0]!),
  timeFrames,
};
