import { DESCRIPTOR_BYTES, DescriptorFlag } from "./descriptor-chain.ts";
import type { ChainFault, DescriptorChain } from "./descriptor-chain.ts";
import type { GuestMemory, Words } from "../memory/index.ts";

const { NEXT, WRITE, INDIRECT } = DescriptorFlag;

/**
 * Follows a chain from index `start` of a table on, and through at most one indirect table. It visits each table entry
 * at most once, so a chain costs at most two table sizes of work, whatever the guest wrote. Tables are passed as
 * numbers, because this runs for every chain and an object would be made each time.
 * @param table address of the table, which lies in guest memory
 * @param size its number of descriptors
 * @param refusal the fault of an indirect descriptor in this table; undefined if it may have one
 */
export function walkChain(
  memory: GuestMemory,
  words: Words,
  table: number,
  size: number,
  start: number,
  refusal: ChainFault | undefined,
  chain: DescriptorChain,
): ChainFault | undefined {
  let index = start;
  for (let left = size; left > 0; left--) {
    const at = table + index * DESCRIPTOR_BYTES;
    const flags = words.getUint16(at + 12, true);
    if (flags & INDIRECT) return refusal ?? walkIndirect(memory, words, size, at, flags, chain);
    const address = readAddress(words, at);
    const bytes = words.getUint32(at + 8, true);
    if (!memory.contains(address, bytes)) return "address-out-of-range";
    const fault = chain.add(address, bytes, (flags & WRITE) !== 0);
    if (fault !== undefined) return fault;
    if ((flags & NEXT) === 0) return undefined;
    index = words.getUint16(at + 14, true);
    if (index >= size) return "next-out-of-range";
  }
  return "loop";
}

/**
 * Follows an indirect descriptor. §2.7.5.3.2: any number of direct descriptors may come before an indirect one; its
 * WRITE flag is ignored.
 * @param most the most descriptors that its table may have
 */
function walkIndirect(
  memory: GuestMemory,
  words: Words,
  most: number,
  at: number,
  flags: number,
  chain: DescriptorChain,
): ChainFault | undefined {
  if (flags & NEXT) return "indirect-nested";
  const table = readAddress(words, at);
  const bytes = words.getUint32(at + 8, true);
  // A chain must not be longer than the queue (§2.7.5.3.1). This also limits the work.
  const size = bytes / DESCRIPTOR_BYTES;
  const valid = Number.isInteger(size) && size > 0 && size <= most && memory.contains(table, bytes);
  return valid ? walkChain(memory, words, table, size, 0, "indirect-nested", chain) : "indirect-table";
}

/** Reads a 64-bit address as a number. It is exact below 2^53; larger addresses are far outside guest memory. */
function readAddress(words: Words, at: number): number {
  const high = words.getUint32(at + 4, true);
  return high === 0 ? words.getUint32(at, true) : words.getUint32(at, true) + high * 2 ** 32;
}
