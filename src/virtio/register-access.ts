/** A device's registers as a driver reaches them. Widths are 1, 2 or 4 bytes; values are unsigned. */
export interface RegisterAccess {
  read(offset: number, width: number): number;
  write(offset: number, width: number, value: number): void;
}
