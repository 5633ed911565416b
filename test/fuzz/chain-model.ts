import { DescriptorFlag } from "../../src/virtio/index.ts";
import type { Ram } from "./ram.ts";

const { NEXT, WRITE, INDIRECT } = DescriptorFlag;

/** A chain as a reader of the specification would flatten it. */
export interface ModelChain {
  /** The number of device-readable buffers, and their contents. */
  readonly readables: number;
  readonly bytes: Uint8Array;
  /** Device-writable buffers. */
  readonly ranges: readonly (readonly [address: number, bytes: number])[];
}

/** Follows the chain at `head`; undefined if anything about it is wrong. */
export function readChain(
  where: Ram,
  ram: DataView,
  table: number,
  size: number,
  head: number,
  indirect: boolean,
): ModelChain | undefined {
  const buffers = walk(where, ram, table, size, head, indirect);
  if (buffers === undefined) return undefined;
  const firstWritable = buffers.findIndex(({ writable }) => writable);
  const readables = firstWritable < 0 ? buffers.length : firstWritable;
  if (buffers.slice(readables).some(({ writable }) => !writable)) return undefined;
  const parts = buffers
    .slice(0, readables)
    .map(({ address, length }) => new Uint8Array(ram.buffer, ram.byteOffset + address, length));
  return {
    readables,
    bytes: new Uint8Array(Buffer.concat(parts)),
    ranges: buffers.slice(readables).map(({ address, length }) => [address, length]),
  };
}

interface ModelBuffer {
  readonly address: number;
  readonly length: number;
  readonly writable: boolean;
}

/** @param indirect whether a descriptor of this table may name another table */
function walk(
  where: Ram,
  ram: DataView,
  table: number,
  size: number,
  head: number,
  indirect: boolean,
): ModelBuffer[] | undefined {
  const buffers: ModelBuffer[] = [];
  let index = head;
  for (let steps = 0; steps < size; steps++) {
    const at = table + 16 * index;
    const address = Number(ram.getBigUint64(at, true));
    const length = ram.getUint32(at + 8, true);
    const flags = ram.getUint16(at + 12, true);
    if (!where.contains(address, length)) return undefined;
    if (flags & INDIRECT) {
      const entries = length / 16;
      const good = indirect && !(flags & NEXT) && Number.isInteger(entries) && entries > 0 && entries <= size;
      const inner = good ? walk(where, ram, address, entries, 0, false) : undefined;
      return inner && [...buffers, ...inner];
    }
    buffers.push({ address, length, writable: (flags & WRITE) !== 0 });
    if ((flags & NEXT) === 0) return buffers;
    index = ram.getUint16(at + 14, true);
    if (index >= size) return undefined;
  }
  return undefined;
}

/** The PFNs of a batch; none of a malformed one. If every second word is 0, they are Windows's PFNs of 8 bytes. */
export function pfnsOf(bytes: Uint8Array): number[] {
  if (bytes.length % 4 !== 0 || bytes.length > 4 * 65536) return [];
  const words = wordsOf(bytes);
  const wide = words.length % 2 === 0 && words.every((word, i) => i % 2 === 0 || word === 0);
  return wide ? words.filter((_, i) => i % 2 === 0) : words;
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): number[] {
  const view = new DataView(buffer, byteOffset, length);
  return Array.from({ length: length >> 2 }, (_, i) => view.getUint32(4 * i, true));
}
