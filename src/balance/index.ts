export { createBalancer } from "./balancer.ts";
export type { Balancer, BalancerOptions } from "./balancer.ts";
export { planTargets } from "./plan.ts";
export type { GuestLoad } from "./plan.ts";
