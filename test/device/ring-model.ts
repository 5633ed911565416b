import { DescriptorFlag } from "../../src/virtio/index.ts";
import type { MockQueue } from "../../src/virtio/index.ts";

const { NEXT, WRITE, INDIRECT } = DescriptorFlag;

/** What a queue of PFNs does to guest memory and to the page set, told as simply as possible, on a copy of memory. */
export class RingModel {
  nextAvail = 0;
  nextUsed = 0;
  readonly #queue: MockQueue;
  readonly #frames: number;
  readonly #indirect: boolean;
  readonly #eventIdx: boolean;

  constructor(queue: MockQueue, frames: number, indirect: boolean, eventIdx: boolean) {
    this.#queue = queue;
    this.#frames = frames;
    this.#indirect = indirect;
    this.#eventIdx = eventIdx;
  }

  /** Serves all that is available; returns false when the ring is corrupt and the device must stop. */
  serve(ram: DataView, apply: (pfn: number) => void): boolean {
    const { size, driver, device, descriptors } = this.#queue;
    for (;;) {
      const waiting = (ram.getUint16(driver + 2, true) - this.nextAvail) & 0xffff;
      if (waiting > size) return false;
      if (waiting === 0) break;
      const head = ram.getUint16(driver + 4 + 2 * (this.nextAvail % size), true);
      if (head >= size) return false;
      this.nextAvail = (this.nextAvail + 1) & 0xffff;
      const bytes = this.#readable(ram, descriptors, size, head, false);
      for (const pfn of pfnsOf(bytes)) if (pfn < this.#frames) apply(pfn);
      const used = device + 4 + 8 * (this.nextUsed % size);
      ram.setUint32(used, head, true);
      ram.setUint32(used + 4, 0, true);
      this.nextUsed = (this.nextUsed + 1) & 0xffff;
      ram.setUint16(device + 2, this.nextUsed, true);
    }
    if (this.#eventIdx) ram.setUint16(device + 4 + 8 * size, this.nextAvail, true);
    return true;
  }

  /** The bytes of a chain's readable buffers; undefined when anything about the chain is wrong. */
  #readable(
    ram: DataView,
    table: number,
    size: number,
    head: number,
    inTable: boolean,
    before: number[] | undefined = [],
    writables = { seen: false },
  ): number[] | undefined {
    const bytes = before;
    let index = head;
    for (let steps = 0; steps < size; steps++) {
      const at = table + 16 * index;
      const address = Number(ram.getBigUint64(at, true));
      const length = ram.getUint32(at + 8, true);
      const flags = ram.getUint16(at + 12, true);
      if (flags & INDIRECT) {
        const entries = length / 16;
        const fits = Number.isInteger(entries) && entries >= 1 && entries <= size;
        if (!this.#indirect || inTable || flags & NEXT || !fits || address + length > ram.byteLength) {
          return undefined;
        }
        return this.#readable(ram, address, entries, 0, true, bytes, writables);
      }
      if (address + length > ram.byteLength) return undefined;
      if (flags & WRITE) writables.seen = true;
      else if (writables.seen) return undefined;
      else for (let i = 0; i < length; i++) bytes.push(ram.getUint8(address + i));
      if ((flags & NEXT) === 0) return bytes;
      index = ram.getUint16(at + 14, true);
      if (index >= size) return undefined;
    }
    return undefined;
  }
}

/** The PFNs of a batch; none of a malformed one. Every second word 0 is how Windows sends them: 8 bytes each. */
function pfnsOf(bytes: readonly number[] | undefined): number[] {
  if (bytes === undefined || bytes.length % 4 !== 0 || bytes.length > 4 * 65536) return [];
  const words = Array.from({ length: bytes.length / 4 }, (_, i) =>
    bytes.slice(4 * i, 4 * i + 4).reduce((sum, byte, at) => sum + byte * 256 ** at, 0),
  );
  const wide = words.length % 2 === 0 && words.every((word, i) => i % 2 === 0 || word === 0);
  return wide ? words.filter((_, i) => i % 2 === 0) : words;
}
