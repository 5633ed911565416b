import { FRAME_BYTES, forEachUsed, scanOf } from "../../memory/index.ts";
import { Runs } from "../../tracker/index.ts";
import type { V86Cpu } from "../v86-like.ts";
import type { Chunks } from "./chunks.ts";

/** Guest memory as it is now. The view is valid until the machine runs again. */
export function ramOf(cpu: Pick<V86Cpu, "wasm_memory" | "mem8" | "memory_size">): Uint8Array {
  return new Uint8Array(cpu.wasm_memory.buffer, cpu.mem8.byteOffset, cpu.memory_size[0]);
}

/** The ascending runs of frames of guest memory that are not zero, except those left out. */
export function usedRuns(cpu: V86Cpu, leftOut: Runs): Runs {
  const ram = ramOf(cpu);
  const scan = scanOf(cpu.wasm_memory);
  const runs = new Runs();
  const push = (address: number, bytes: number): void => {
    runs.push((address - ram.byteOffset) / FRAME_BYTES, bytes / FRAME_BYTES);
  };
  const look = (first: number, end: number): void => {
    forEachUsed(scan, ram.byteOffset + first * FRAME_BYTES, end - first, push);
  };
  let at = 0;
  for (const [first, frames] of leftOut) {
    look(at, first);
    at = first + frames;
  }
  look(at, ram.length / FRAME_BYTES);
  return runs;
}

/** Copies the frames of `runs` to `target`, one after the other, from offset `at` on. */
export function copyFrames(ram: Uint8Array, runs: Runs, target: Uint8Array, at: number): void {
  for (const [first, frames] of runs) {
    const run = ram.subarray(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    target.set(run, at);
    at += run.length;
  }
}

/** Copies bytes of `source`, from offset `from` on, to the frames of `runs`, one after the other. */
export function fillFramesFrom(ram: Uint8Array, runs: Runs, source: Chunks, from: number): void {
  for (const [first, frames] of runs) {
    const run = ram.subarray(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    source.copy(from, run);
    from += run.length;
  }
}

/** Zeros all frames of guest memory that are not in `runs`. Zeros are not written over zeros. */
export function zeroOthers(cpu: V86Cpu, runs: Runs): void {
  const ram = ramOf(cpu);
  const scan = scanOf(cpu.wasm_memory);
  const fill = (address: number, bytes: number): void => {
    ram.fill(0, address - ram.byteOffset, address - ram.byteOffset + bytes);
  };
  const zero = (first: number, end: number): void => {
    forEachUsed(scan, ram.byteOffset + first * FRAME_BYTES, end - first, fill);
  };
  let at = 0;
  for (const [first, frames] of runs) {
    zero(at, first);
    at = first + frames;
  }
  zero(at, ram.length / FRAME_BYTES);
}
