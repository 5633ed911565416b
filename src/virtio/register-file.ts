/** One register: `width` bytes at `offset`. It is read-only without `write`. */
export interface Register {
  readonly offset: number;
  readonly width: 1 | 2 | 4;
  readonly read: () => number;
  readonly write?: ((value: number) => void) | undefined;
}

const MASKS = { 1: 0xff, 2: 0xffff, 4: 0xffffffff } as const;

/** Makes a register. It is read-only without `write`. */
export function register(
  offset: number,
  width: Register["width"],
  read: () => number,
  write?: (value: number) => void,
): Register {
  return { offset, width, read, write };
}

/** Makes a register of 32 bits that reads as 0. */
export function writeOnly(offset: number, write: (value: number) => void): Register {
  return register(offset, 4, () => 0, write);
}

/**
 * Registers addressed by offset and width. A driver must use the width of the field (VIRTIO 1.3 §4.1.3.1, §4.2.2.2). A
 * read with another width is assembled from the fields it covers; a write with another width does nothing. Bits of a
 * value beyond the width are dropped.
 */
export class RegisterFile {
  readonly #byOffset: (Register | undefined)[] = [];

  constructor(registers: readonly Register[]) {
    for (const register of registers) {
      for (let i = 0; i < register.width; i++) this.#byOffset[register.offset + i] = register;
    }
  }

  read(offset: number, width: number): number {
    const register = this.#byOffset[offset];
    if (register?.offset === offset && register.width === width) return register.read() >>> 0;
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = (value << 8) | this.#readByte(offset + i);
    return value >>> 0;
  }

  write(offset: number, width: number, value: number): void {
    const register = this.#byOffset[offset];
    if (register?.offset === offset && register.width === width)
      register.write?.((value & MASKS[register.width]) >>> 0);
  }

  #readByte(offset: number): number {
    const register = this.#byOffset[offset];
    return register === undefined ? 0 : (register.read() >>> (8 * (offset - register.offset))) & 0xff;
  }
}
