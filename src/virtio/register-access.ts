import type { Kind, Table } from "../options/index.ts";

/** A device's registers as a driver accesses them. Widths are 1, 2 or 4 bytes; values are unsigned. */
export interface RegisterAccess {
  /** Reads `width` bytes at `offset`; 0 if there is no register. */
  read(offset: number, width: number): number;
  /** Writes `width` bytes at `offset`. Does nothing if there is no register. */
  write(offset: number, width: number, value: number): void;
}

export const REGISTER_ACCESS: Kind = {
  members: { read: { needed: "function" }, write: { needed: "function" } } satisfies Table<RegisterAccess>,
};
