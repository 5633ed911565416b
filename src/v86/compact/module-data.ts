const HEADER_BYTES = 8;
const START_SECTION = 8;
const DATA_SECTION = 11;
/** A segment that is copied when the module is instantiated, to an offset that `i32.const` gives. */
const ACTIVE = 0;
const I32_CONST = 0x41;
const END = 0x0b;

/**
 * Returns the offset behind the data that a WebAssembly module puts into its memory. All bytes from there on are zero in
 * a new instance. Undefined if that cannot be said: of bytes that are not a module, of a module with a start function, and
 * of data whose offset is not a constant.
 */
export function dataEnd(module: Uint8Array): number | undefined {
  const reader = new Reader(module, HEADER_BYTES);
  let end = 0;
  while (!reader.atEnd) {
    const section = reader.byte();
    const bytes = reader.number();
    const next = reader.at + bytes;
    if (section === START_SECTION) return undefined;
    if (section === DATA_SECTION) end = endOfSegments(reader);
    if (Number.isNaN(end)) return undefined;
    reader.at = next;
  }
  return reader.isPastEnd ? undefined : end;
}

/** NaN for segments that are not known. */
function endOfSegments(reader: Reader): number {
  let end = 0;
  for (let segments = reader.number(); segments > 0; segments--) {
    const known = reader.byte() === ACTIVE && reader.byte() === I32_CONST;
    const offset = reader.number();
    if (!known || reader.isNegative || reader.byte() !== END) return NaN;
    const bytes = reader.number();
    reader.at += bytes;
    end = Math.max(end, offset + bytes);
  }
  return end;
}

/** Reads bytes and LEB128 numbers. After the end there are only zeros. */
class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Whether the last number, if it is a signed one, is negative. */
  get isNegative(): boolean {
    return (this.#bytes[this.at - 1]! & 0x40) !== 0;
  }

  get atEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  get isPastEnd(): boolean {
    return this.at > this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  number(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  }
}
