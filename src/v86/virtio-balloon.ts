/**
 * v86's own balloon as other code uses it, `emulator.v86.cpu.devices.virtio_balloon` of a machine with the option
 * `virtio_balloon`; v86 does not describe it. {@link V86Balloon} has the same members and takes the same place, so such
 * code need not change. Pages are 4 KiB.
 */
export interface VirtioBalloon {
  /** Pages the guest is asked for. */
  readonly num_pages: number;
  /** Pages the guest has given. */
  readonly actual: number;
  /** Asks for `pages` more. */
  Inflate(pages: number): void;
  /** Asks for `pages` less. */
  Deflate(pages: number): void;
  /** Zeroes the guest's free pages, so that a saved state is smaller; calls back with their size in bytes. */
  Cleanup(callback: (bytes: number) => void): void;
  /** Calls back with the guest's statistics by name: sizes in bytes, counts. */
  GetStats(callback: (stats: Record<string, number>) => void): void;
  /** What v86 calls when it saves the machine. */
  get_state(): unknown;
  /** What v86 calls when it restores the machine. */
  set_state(state: unknown): void;
  /** Resets the device; v86's own does nothing. */
  Reset(): void;
}
