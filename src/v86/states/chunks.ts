/** Bytes in several consecutive parts. The data from a stream may be larger than one buffer can be. */
export class Chunks {
  readonly length: number;
  readonly #parts: readonly Uint8Array[];
  /** The offset of each part. */
  readonly #starts: readonly number[];
  /** The part that was read last. The next read is usually near it. */
  #at = 0;

  constructor(parts: readonly Uint8Array[]) {
    let length = 0;
    this.#parts = parts;
    this.#starts = parts.map((part) => (length += part.length) - part.length);
    this.length = length;
  }

  /** Fills `target` with the bytes from offset `from` on. @throws RangeError if there are not enough bytes */
  copy(from: number, target: Uint8Array): void {
    if (from < 0 || from + target.length > this.length)
      throw new RangeError(`bytes ${from} to ${from + target.length} of ${this.length}`);
    for (let done = 0; done < target.length;) {
      const [part, start] = this.#partOf(from + done);
      const piece = part.subarray(from + done - start, from + target.length - start);
      target.set(piece, done);
      done += piece.length;
    }
  }

  /** Returns a copy of [from, from + bytes). @throws RangeError if there are not enough bytes */
  slice(from: number, bytes: number): Uint8Array<ArrayBuffer> {
    if (!(Number.isInteger(bytes) && bytes >= 0 && bytes <= this.length))
      throw new RangeError(`${bytes} of ${this.length} bytes`);
    const copy = new Uint8Array(bytes);
    this.copy(from, copy);
    return copy;
  }

  #partOf(at: number): [part: Uint8Array, start: number] {
    if (at < this.#starts[this.#at]!) this.#at = 0;
    while (at >= this.#starts[this.#at]! + this.#parts[this.#at]!.length) this.#at++;
    return [this.#parts[this.#at]!, this.#starts[this.#at]!];
  }
}
