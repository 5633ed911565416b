import type { GuestFault } from "./guest-faults.ts";

/** A driver may notify once for nothing, while it starts. */
const MOST_IN_VAIN = 2;

/** What is known of a driver that may not be understood. */
export interface Traffic {
  readonly notifications: number;
  readonly emptyNotifications: number;
  /** Chains taken, over all queues. */
  readonly chains: number;
  readonly faults: Partial<Record<GuestFault, number>>;
}

/**
 * Says in a sentence why a driver that notifies never brings a chain, as far as that can be told. Undefined as long as
 * nothing is strange.
 */
export function diagnose({ notifications, emptyNotifications, chains, faults }: Traffic): string | undefined {
  if (chains > 0 || notifications === 0) return undefined;
  if (faults["ring-address"] !== undefined)
    return "The driver has placed its rings outside guest memory: it may count addresses from another base, or in another byte order.";
  if (faults["avail-index"] !== undefined || faults["avail-head"] !== undefined)
    return "The numbers in the driver's first ring are impossible: they may be in another byte order.";
  return emptyNotifications > MOST_IN_VAIN
    ? `The driver has notified ${notifications} times, but its rings have never had a chain: the emulator may give the device other memory, or the same memory at another base.`
    : undefined;
}
