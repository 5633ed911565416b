import type { V86Cpu, V86Like } from "../v86-like.ts";
import type { Packed } from "./tree.ts";

/** One bit for each frame. */
export interface V86Bitmap {
  get_buffer(): ArrayBuffer;
}

/** v86's processor, as far as it packs and unpacks guest memory. */
export interface StatesCpu extends V86Cpu {
  readonly mem8: V86Cpu["mem8"] & { readonly length: number };
  /** The frames that are not zero, one after the other, and a bitmap of these frames. */
  pack_memory(): { packed_memory: Packed; bitmap: V86Bitmap };
  /** The opposite of `pack_memory`. */
  unpack_memory(bitmap: V86Bitmap, packed_memory: Uint8Array): void;
}

/** A machine with such a processor. `save_state` and `restore_state` of the emulator call its methods. */
export interface StatesMachine extends V86Like {
  /** Starts the machine. */
  run(): Promise<void>;
  readonly v86: V86Like["v86"] & {
    readonly cpu: StatesCpu;
    save_state(): ArrayBuffer;
    restore_state(state: ArrayBuffer): void;
  };
}
