import { DESCRIPTOR_BYTES, DescriptorFlag } from "./descriptor-chain.ts";
import type { ChainFault, DescriptorChain } from "./descriptor-chain.ts";
import type { GuestMemory } from "../memory/index.ts";

/** A table of descriptors that lies completely in guest memory. */
interface Table {
  readonly address: number;
  readonly size: number;
  readonly indirect: boolean;
}

/**
 * Follows one chain through the descriptor table and at most one indirect table. It visits each table entry at most
 * once, so a chain costs at most two table sizes of work, whatever the guest wrote.
 */
export function walkChain(
  memory: GuestMemory,
  address: number,
  size: number,
  indirect: boolean,
  chain: DescriptorChain,
): ChainFault | undefined {
  return walkTable(memory, { address, size, indirect: false }, chain.head, indirect, chain);
}

/** Follows a chain within one table. `start` is an index of the table. */
function walkTable(
  memory: GuestMemory,
  table: Table,
  start: number,
  indirect: boolean,
  chain: DescriptorChain,
): ChainFault | undefined {
  let index = start;
  for (let left = table.size; left > 0; left--) {
    const at = table.address + index * DESCRIPTOR_BYTES;
    const flags = memory.read16(at + 12);
    if (flags & DescriptorFlag.INDIRECT) return walkIndirect(memory, table, at, flags, indirect, chain);
    const fault = addBuffer(memory, at, flags, chain);
    if (fault !== undefined) return fault;
    if ((flags & DescriptorFlag.NEXT) === 0) return undefined;
    index = memory.read16(at + 14);
    if (index >= table.size) return "next-out-of-range";
  }
  return "loop";
}

/**
 * Follows an indirect descriptor. §2.7.5.3.2: any number of direct descriptors may come before an indirect one; its
 * WRITE flag is ignored.
 */
function walkIndirect(
  memory: GuestMemory,
  table: Table,
  at: number,
  flags: number,
  indirect: boolean,
  chain: DescriptorChain,
): ChainFault | undefined {
  if (!indirect) return "indirect-not-negotiated";
  if (table.indirect || flags & DescriptorFlag.NEXT) return "indirect-nested";
  const address = readAddress(memory, at);
  const bytes = memory.read32(at + 8);
  // A chain must not be longer than the queue (§2.7.5.3.1). This also limits the work.
  const size = bytes / DESCRIPTOR_BYTES;
  const valid = Number.isInteger(size) && size > 0 && size <= table.size && memory.contains(address, bytes);
  return valid ? walkTable(memory, { address, size, indirect: true }, 0, indirect, chain) : "indirect-table";
}

function addBuffer(
  memory: GuestMemory,
  at: number,
  flags: number,
  chain: DescriptorChain,
): ChainFault | undefined {
  const address = readAddress(memory, at);
  const bytes = memory.read32(at + 8);
  if (!memory.contains(address, bytes)) return "address-out-of-range";
  return chain.add(address, bytes, (flags & DescriptorFlag.WRITE) !== 0);
}

/** Reads a 64-bit address as a number. It is exact below 2^53; larger addresses are far outside guest memory. */
function readAddress(memory: GuestMemory, at: number): number {
  return memory.read32(at) + memory.read32(at + 4) * 2 ** 32;
}
