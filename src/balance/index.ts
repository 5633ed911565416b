export { createBalancer } from "./balancer.ts";
export type { Balancer, BalancerOptions } from "./balancer.ts";
export type { GuestClaims } from "./guest.ts";
export type { GuestLoad } from "./load.ts";
export { planTargets } from "./plan.ts";
