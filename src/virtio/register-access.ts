import type { Kind, Table } from "../options/index.ts";

/** A device's registers as a driver reaches them. Widths are 1, 2 or 4 bytes; values are unsigned. */
export interface RegisterAccess {
  /** `width` bytes at `offset`; 0 where there is no register. */
  read(offset: number, width: number): number;
  /** `width` bytes at `offset`; nothing where there is no register. */
  write(offset: number, width: number, value: number): void;
}

export const REGISTER_ACCESS: Kind = {
  members: { read: { needed: "function" }, write: { needed: "function" } } satisfies Table<RegisterAccess>,
};
