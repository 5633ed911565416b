import { check, readOptions } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import { checkRegions } from "./check-regions.ts";
import type { GuestMemory } from "./guest-memory.ts";
import type { WasmMemory } from "./wasm-memory.ts";
import { LinearMemory } from "./linear-memory.ts";
import { RegionMemory } from "./region-memory.ts";

/** A region of guest RAM, and where its bytes are. */
export interface RamRegion {
  /** Guest physical address of the first byte, a multiple of 4096. */
  readonly base: number;
  /**
   * Returns the current view of the region, whole frames long. It is called again after the buffer was detached, as
   * the growth of a WebAssembly.Memory does.
   */
  readonly bytes: () => Uint8Array;
  /** Returns the WebAssembly.Memory that `bytes` is a view of, if there is one. It makes finding zeros faster. */
  readonly wasm?: () => WasmMemory | undefined;
}

/** Where guest RAM is: a function that returns a view of [0, size), or regions, ascending and apart. */
export type RamSource = (() => Uint8Array) | readonly RamRegion[];

/** The kind of an option that is a {@link RamSource}. `regionsOf` checks the regions. */
export const RAM_SOURCE: Kind = "function or array";

const RAM_REGION: Table<RamRegion> = {
  base: { needed: { integer: [[0, Number.MAX_SAFE_INTEGER]] } },
  bytes: { needed: "function" },
  wasm: "function",
};

/**
 * Makes guest memory from views of linear memory.
 *
 * @param ram where RAM is
 * @throws TypeError or RangeError, naming the region as `ram[1].base`
 * @example
 * guestMemory(() => ram); // RAM at physical address 0
 * guestMemory([{ base: 0x80000000, bytes: () => ram }]); // the RISC-V virt board
 * guestMemory([
 *   { base: 0, bytes: () => ram.subarray(0, low) }, // a PC, with its hole below 4 GiB
 *   { base: 2 ** 32, bytes: () => ram.subarray(low) },
 * ]);
 */
export function guestMemory(ram: RamSource): GuestMemory {
  if (typeof ram === "function") return new LinearMemory(ram);
  const parts = regionsOf(ram).map(({ base, bytes, wasm }) => new LinearMemory(bytes, base, wasm));
  checkRegions(
    "ram",
    parts.flatMap(({ regions }) => regions),
    ".bytes().length",
  );
  return parts.length === 1 ? parts[0]! : new RegionMemory(parts);
}

/**
 * The regions of a source, checked one by one.
 * @throws TypeError or RangeError
 */
export function regionsOf(ram: RamSource): readonly RamRegion[] {
  if (typeof ram === "function") return [{ base: 0, bytes: ram }];
  return check("ram", RAM_SOURCE, ram).map((region: RamRegion, i) => {
    check(`ram[${i}]`, "object", region);
    return readOptions(`ram[${i}]`, RAM_REGION, region);
  });
}
