import type { Kind, Members, Table } from "../options/index.ts";

/** A region of guest RAM: bytes [base, base + size) of the guest's physical addresses. Both are whole frames. */
export interface GuestRegion {
  readonly base: number;
  readonly size: number;
}

/**
 * Guest RAM by physical address. `guestMemory` makes it from views of linear memory. Implement it yourself for an
 * emulator whose RAM is not linear bytes, such as one that keeps words swapped.
 *
 * Values are little-endian, as in virtio 1.x. Reads and writes are not checked: the caller has checked the range with
 * {@link GuestMemory.contains}.
 *
 * @example
 * const words: GuestMemory = {
 *   regions: [{ base: 0, size: 64 * 2 ** 20 }],
 *   contains: (address, bytes) => address + bytes <= 64 * 2 ** 20,
 *   read16: (address) => board.load16(address), // and so on
 * };
 */
export interface GuestMemory {
  /** The regions of RAM: ascending, with gaps between them. They do not change. */
  readonly regions: readonly GuestRegion[];
  /** Whether [address, address + bytes) lies in one region. Also true for an empty range at the end of a region. */
  contains(address: number, bytes: number): boolean;
  /** Reads two bytes as an unsigned number. */
  read16(address: number): number;
  /** Reads four bytes as an unsigned number. */
  read32(address: number): number;
  /** Writes two bytes. */
  write16(address: number, value: number): void;
  /** Writes four bytes. */
  write32(address: number, value: number): void;
  /** Fills all of `target` with the bytes from `address` on. */
  copyOut(address: number, target: Uint8Array): void;
  /** Fills whole frames with a 32-bit word. */
  fill(address: number, bytes: number, word: number): void;
  /** Whether whole frames contain only zeros. Must not write, because a write makes the system allocate the page. */
  isZero(address: number, bytes: number): boolean;
  /** Called before frames are discarded or filled, for an emulator that moves or resizes its memory. Optional. */
  refresh?(): void;
}

/** The kind of an option that is guest memory. `checkRegions` checks the regions. */
export const GUEST_MEMORY: Kind = {
  members: {
    regions: { needed: "array" },
    contains: { needed: "function" },
    read16: { needed: "function" },
    read32: { needed: "function" },
    write16: { needed: "function" },
    write32: { needed: "function" },
    copyOut: { needed: "function" },
    fill: { needed: "function" },
    isZero: { needed: "function" },
    refresh: "function",
  } satisfies Table<GuestMemory>,
} satisfies Members;
