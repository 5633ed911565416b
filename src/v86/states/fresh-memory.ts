import type { Balloon } from "../../balloon/index.ts";
import { FRAME_BYTES } from "../../memory/index.ts";
import { Runs } from "../../tracker/index.ts";
import { unknownShape } from "../compact/core.ts";
import type { Machine } from "../compact/core.ts";
import { replacedFunction } from "../compact/graft.ts";
import { dataEnd } from "../compact/module-data.ts";
import { prepareCore } from "../compact/new-core.ts";
import { switchCore } from "../compact/switch-core.ts";
import { keptModule } from "../compact/wasm-source.ts";
import type { StatesMachine } from "./states-machine.ts";
import { videoFrames, withoutZeros } from "./video-memory.ts";
import type { WithVideo } from "./video-memory.ts";

/** A smaller guest memory is read in less time than a new instance takes. */
const LEAST_BYTES = 32 * 1024 * 1024;

/**
 * Moves a machine that has not run yet to a new memory, whose guest memory and video memory are all zeros, as `compact`
 * does. A restore into it need not look at guest memory. To look costs a page fault for each page that nobody has
 * touched, nearly as much as writing it.
 *
 * That the machine has not run only says that this is worth it, since there is little in its memory. Nothing is assumed
 * about what is in there.
 * @returns a function to call after the restore; undefined if the machine has not moved, and is unchanged
 */
export function moveToFreshMemory(
  states: StatesMachine,
  device: Balloon | undefined,
): (() => void) | undefined {
  const machine = states as unknown as Machine;
  const { cpu, running } = machine.v86;
  const [bytes] = cpu.memory_size;
  if (running || cpu.instruction_counter[0] !== 0 || bytes! < LEAST_BYTES) return undefined;
  if (device?.counters().pinned === true) return undefined;
  try {
    return move(machine, device, bytes!);
  } catch {
    // Such as the limit of some engines for instantiating without waiting.
    return undefined;
  }
}

function move(machine: Machine, device: Balloon | undefined, bytes: number): (() => void) | undefined {
  const { cpu } = machine.v86;
  const source = keptModule(machine);
  const aligned = cpu.mem8.byteOffset % FRAME_BYTES === 0;
  if (source === undefined || !aligned || unknownShape(machine) !== undefined) return undefined;
  if (replacedFunction(cpu) !== undefined) return undefined;
  const { imports, finish } = prepareCore(machine);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(source), imports);
  const core = finish(exports, dataEnd(new Uint8Array(source)));
  const leftOut = new Runs();
  leftOut.push(0, bytes / FRAME_BYTES);
  const video = videoFrames(cpu);
  if (video !== undefined) leftOut.push(video.first, video.frames);
  switchCore(machine, core, device, leftOut);
  return video === undefined ? () => undefined : withoutZeros(cpu.devices.vga as WithVideo);
}
