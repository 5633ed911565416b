import type { Balloon } from "../../balloon/index.ts";
import { FRAME_BYTES } from "../../memory/index.ts";
import { describe } from "../../options/index.ts";
import type { Runs } from "../../tracker/index.ts";
import { leftOut } from "../left-out.ts";
import { replaceMethod } from "../replace-method.ts";
import { Chunks } from "./chunks.ts";
import { bitsOf, runsOf } from "./frame-bits.ts";
import { moveToFreshMemory } from "./fresh-memory.ts";
import { copyFrames, fillFramesFrom, ramOf, usedRuns, zeroOthers } from "./guest-ram.ts";
import { joined, layOut } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { restoreLostRegisters } from "./lost-registers.ts";
import type { ReadState } from "./read-state.ts";
import { readState } from "./read-state.ts";
import type { StatesCpu, StatesMachine, V86Bitmap } from "./states-machine.ts";
import type { Packed } from "./tree.ts";

const ZSTD_MAGIC = 0xfd2fb528;

/** The state of a stopped machine, and the frames of guest memory in it. */
export interface Saved {
  readonly layout: Layout;
  readonly runs: Runs;
}

/**
 * Replaces v86's saving and restoring of a machine from outside. Runs of frames are copied once and in one step, zeros
 * are not written, and a damaged state is refused before anything changes. The format of states is v86's.
 */
export class FastStates {
  readonly #cpu: StatesCpu;
  readonly #device: Balloon | undefined;
  readonly #undo: readonly (() => void)[];
  /** Stands for guest memory while {@link save} asks for the state. */
  #saving: SavingMemory | undefined;
  /** Whether guest memory is known to be all zeros. */
  #isFresh = false;
  /** The state that is being restored. */
  #restoring: { readonly from: Chunks; readonly read: ReadState } | undefined;

  /**
   * Takes effect at once, until {@link dispose}.
   * @param device the machine's balloon, whose frames need not be saved if the driver tells
   */
  constructor(machine: StatesMachine, device: Balloon | undefined) {
    const { v86 } = machine;
    this.#cpu = v86.cpu;
    this.#device = device;
    this.#undo = [
      replaceMethod(v86.cpu, "pack_memory", () => () => this.#pack()),
      replaceMethod(v86.cpu, "unpack_memory", (unpack) => (bitmap, packed) => {
        if (!this.#unpack(bitmap, packed)) unpack(bitmap, packed);
      }),
      replaceMethod(v86, "save_state", () => () => {
        const { layout, runs } = this.save();
        return joined(layout, (target, at) => {
          copyFrames(ramOf(this.#cpu), runs, target, at);
        });
      }),
      replaceMethod(v86, "restore_state", (restore) => (state) => {
        const bytes = new Uint8Array(state);
        if (isZstd(bytes)) restore(state);
        else this.restore(new Chunks([bytes]));
      }),
      restoreLostRegisters(v86.cpu),
      // All ways to restore a state end here. This is the outermost hook, because the memory may move.
      replaceMethod(v86.cpu, "set_state", (set) => (state) => {
        this.#checkSize(state[0]);
        const done = moveToFreshMemory(machine, device);
        this.#isFresh = done !== undefined;
        try {
          set(state);
        } finally {
          this.#isFresh = false;
          done?.();
        }
      }),
    ];
  }

  dispose(): void {
    // In reverse order, because some hooks wrap others.
    for (const undo of [...this.#undo].reverse()) undo();
  }

  /** The machine's state at this moment. Its parts are views of the machine. */
  save(): Saved {
    const packed = new SavingMemory(usedRuns(this.#cpu, leftOut(this.#device)));
    this.#saving = packed;
    try {
      return { layout: layOut(this.#cpu, packed), runs: packed.runs };
    } finally {
      this.#saving = undefined;
    }
  }

  /**
   * Restores a state. @throws Error if it is not a valid state, or is of a machine with more memory; the machine is
   * then unchanged
   */
  restore(from: Chunks): void {
    const read = readState(from);
    this.#checkSize(read.memorySize);
    checkMemory(read);
    this.#restoring = { from, read };
    try {
      this.#cpu.set_state(read.state);
    } finally {
      this.#restoring = undefined;
    }
  }

  /** Checks the memory size. v86 would write as much as the state says, even past the end of guest memory. */
  #checkSize(bytes: unknown): void {
    const most = this.#cpu.mem8.length;
    if (typeof bytes === "number" && bytes > 0 && bytes <= most && bytes % FRAME_BYTES === 0) return;
    throw new Error(
      `the state is of a machine with ${describe(bytes)} bytes of memory, this one has ${most}`,
    );
  }

  /** Packs guest memory. Code that asks the processor for its state directly gets a copy. */
  #pack(): { packed_memory: Packed; bitmap: { get_buffer(): ArrayBuffer } } {
    const runs = this.#saving?.runs ?? usedRuns(this.#cpu, leftOut(this.#device));
    const packed_memory = this.#saving ?? new Uint8Array(runs.total * FRAME_BYTES);
    if (packed_memory instanceof Uint8Array) copyFrames(ramOf(this.#cpu), runs, packed_memory, 0);
    const bits = bitsOf(runs, ramOf(this.#cpu).length / FRAME_BYTES);
    return { packed_memory, bitmap: { get_buffer: () => bits.buffer } };
  }

  /** Restores guest memory. Returns false if v86 should do it itself. */
  #unpack(bitmap: V86Bitmap, packed: Uint8Array): boolean {
    const runs = runsOf(new Uint8Array(bitmap.get_buffer()), ramOf(this.#cpu).length / FRAME_BYTES);
    if (this.#restoring?.read.packed === packed) {
      const { from, read } = this.#restoring;
      this.#write(runs, from, read.at);
      return true;
    }
    if (runs.total * FRAME_BYTES !== packed.length) return false;
    this.#write(runs, new Chunks([packed]), 0);
    return true;
  }

  #write(runs: Runs, source: Chunks, from: number): void {
    if (!this.#isFresh) zeroOthers(this.#cpu, runs);
    fillFramesFrom(ramOf(this.#cpu), runs, source, from);
  }
}

function checkMemory({ memorySize, bits, bytes }: ReadState): void {
  const frames = memorySize / FRAME_BYTES;
  if (bits.length * 8 >= frames && runsOf(bits, frames).total * FRAME_BYTES === bytes) return;
  throw new Error("the state is damaged: its memory does not have the stated size");
}

/** Guest memory in a state that is not assembled yet. */
class SavingMemory implements Packed {
  readonly runs: Runs;

  constructor(runs: Runs) {
    this.runs = runs;
  }

  get byteLength(): number {
    return this.runs.total * FRAME_BYTES;
  }
}

function isZstd(state: Uint8Array): boolean {
  return state.length >= 4 && new DataView(state.buffer, state.byteOffset).getUint32(0, true) === ZSTD_MAGIC;
}
