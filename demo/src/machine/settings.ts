import type { TinyGuestDriver } from "../../../src/guest/running-tiny-guest.ts";
import type { LockFailureAction } from "../../../src/lock/index.ts";
import type { DeviceClass } from "../../../src/negotiation/index.ts";

/** The options that a machine boots with. */
export interface Settings {
  readonly driver: TinyGuestDriver | "linux";
  readonly deviceClass: DeviceClass;
  readonly memoryBytes: number;
  readonly memoryKind: MemoryKind;
}

/** What the machine's memory is on the host: as it is in any page, or as if a host kept it locked. */
export type MemoryKind = "plain" | "pinned";

/** The settings that may change while it runs. */
export interface LockTrouble {
  /** What to do about a lock that fails. */
  action: LockFailureAction;
  /** Whether the host has reached its limit of locked memory. */
  failing: boolean;
}
