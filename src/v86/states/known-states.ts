import { FRAME_BYTES } from "../../memory/index.ts";
import { Chunks } from "./chunks.ts";
import { joined, layOut } from "./layout.ts";
import type { StatesCpu, StatesMachine } from "./states-machine.ts";
import { readState } from "./read-state.ts";

const MARK = 7;

/**
 * Returns why v86's saving and restoring of this machine must not be replaced: it does not behave as expected. This is
 * tested, not read from the source: v86's methods are called on a made-up machine of two frames and must do the same as
 * this package's.
 */
export function unknownStates({ v86 }: StatesMachine): string | undefined {
  try {
    if (isReplaced(v86.cpu) || isReplaced(v86))
      return "other code has replaced v86's methods that save and restore states";
    const cpu = new MadeUpCpu(v86.cpu);
    const saved = v86.save_state.call({ cpu });
    const ours = joined(layOut(cpu, undefined), () => undefined);
    if (!isSame(new Uint8Array(saved), new Uint8Array(ours)))
      return "v86 does not save states in the known way";
    v86.restore_state.call({ cpu }, saved);
    return cpu.isRestored(saved) ? undefined : "v86 does not restore states in the known way";
  } catch (error) {
    return `this v86 saves and restores states in an unknown way: ${String(error)}`;
  }
}

function isReplaced(owner: object): boolean {
  return ["pack_memory", "unpack_memory", "save_state", "restore_state"].some((name) =>
    Object.hasOwn(owner, name),
  );
}

class MadeUpDevice {
  get_state(): unknown[] {
    return [Float32Array.of(0.5)];
  }
}

/**
 * A made-up processor with two frames of memory, the second with a mark, and v86's own methods to pack and unpack them.
 */
class MadeUpCpu {
  readonly memory_size: Int32Array = Int32Array.of(2 * FRAME_BYTES);
  readonly mem8: Uint8Array = new Uint8Array(2 * FRAME_BYTES);
  readonly #real: StatesCpu;
  #restored: unknown[] = [];

  constructor(real: StatesCpu) {
    this.#real = real;
    this.mem8[FRAME_BYTES] = MARK;
  }

  is_memory_zeroed(at: number, bytes: number): boolean {
    return this.mem8.subarray(at, at + bytes).every((byte) => byte === 0);
  }

  zero_memory(at: number, bytes: number): void {
    this.mem8.fill(0, at, at + bytes);
  }

  get_state(): unknown[] {
    const state: unknown[] = [
      this.memory_size[0],
      Int32Array.of(-1),
      [2.5, "text"],
      new Map([[1, [true]]]),
      null,
    ];
    state[6] = new MadeUpDevice();
    const { packed_memory, bitmap } = this.#real.pack_memory.call(this);
    state[77] = packed_memory;
    state[78] = new Uint8Array(bitmap.get_buffer());
    return state;
  }

  set_state(state: unknown[]): void {
    this.#restored = state;
    // Not zero, so that the test also shows that frames are zeroed.
    this.mem8.fill(MARK + 1);
    const { buffer } = state[78] as Uint8Array<ArrayBuffer>;
    const bits = new Uint8Array(buffer);
    const bitmap = {
      get: (frame: number) => (bits[frame >> 3]! >> (frame & 7)) & 1,
      get_buffer: () => buffer,
    };
    this.#real.unpack_memory.call(this, bitmap, state[77] as Uint8Array);
  }

  isRestored(saved: ArrayBuffer): boolean {
    const { state, packed, bytes } = readState(new Chunks([new Uint8Array(saved)]));
    const memory = this.mem8.findIndex((byte) => byte !== 0) === FRAME_BYTES && this.mem8.at(-1) === 0;
    // Except guest memory, which is not read with the rest.
    const theirs = this.#restored.map((value, i) => (i === 77 ? packed : value));
    return memory && bytes === FRAME_BYTES && JSON.stringify(theirs) === JSON.stringify(state);
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
