/**
 * Keeps many guests within one memory budget.
 * @module ballonet/balance
 */
export { createBalancer } from "../balance/index.ts";
export type { Balancer, BalancerOptions, GuestClaims } from "../balance/index.ts";
