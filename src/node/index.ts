export type { HugePages } from "./huge-pages.ts";
export { NodeHostError } from "./node-host-error.ts";
export { NodeHost, TOO_MANY_MAPPINGS } from "./node-host.ts";
export type { NodeHostOptions } from "./node-host.ts";
export { reclaimingHost } from "./reclaiming-host.ts";
export type { ReclaimingHostOptions } from "./reclaiming-host.ts";
