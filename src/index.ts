/** Page tracking, negotiation, lock policy and the virtio-balloon device. */
export * from "./device/index.ts";
export * from "./host/index.ts";
export * from "./lock/index.ts";
export * from "./negotiation/index.ts";
export * from "./tracker/index.ts";
