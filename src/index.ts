/**
 * Page tracking, negotiation, lock policy, the virtio-balloon device, and a balancer for many of them.
 * @module ballonet
 */
export * from "./balance/index.ts";
export * from "./balloon/index.ts";
export * from "./host/index.ts";
export * from "./lock/index.ts";
export * from "./negotiation/index.ts";
export * from "./tracker/index.ts";
