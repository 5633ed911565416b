/**
 * A budget of memory that many guests share.
 * @module ballonet/balance
 */
export { createBalancer } from "../balance/index.ts";
export type { Balancer, BalancerOptions, GuestClaims } from "../balance/index.ts";
