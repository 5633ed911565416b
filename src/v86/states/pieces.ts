import { FRAME_BYTES } from "../../memory/index.ts";
import type { Runs } from "../../tracker/index.ts";
import type { Saved } from "./fast-states.ts";
import { ramOf } from "./guest-ram.ts";
import { aligned } from "./layout.ts";
import type { StatesCpu } from "./states-machine.ts";

const PIECE_BYTES = 1024 * 1024;

/** Yields a state piece by piece. Each piece has its own bytes, so the receiver may keep it. */
export function* piecesOf(cpu: StatesCpu, { layout, runs }: Saved): Generator<Uint8Array> {
  // WebAssembly memory may move before this part is written.
  const parts = layout.parts.map((part) =>
    part instanceof Uint8Array && part.buffer === cpu.wasm_memory.buffer ? part.slice() : part,
  );
  yield layout.head;
  for (const part of parts) {
    if (part instanceof Uint8Array) yield* cut(part);
    else yield* framesOf(cpu, runs);
    if (part.byteLength % 4 !== 0) yield new Uint8Array(aligned(part.byteLength) - part.byteLength);
  }
}

function* cut(part: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.slice(at, at + PIECE_BYTES);
}

function* framesOf(cpu: StatesCpu, runs: Runs): Generator<Uint8Array> {
  for (const [first, frames] of runs) {
    const end = (first + frames) * FRAME_BYTES;
    for (let at = first * FRAME_BYTES; at < end; at += PIECE_BYTES)
      yield ramOf(cpu).slice(at, Math.min(at + PIECE_BYTES, end));
  }
}
