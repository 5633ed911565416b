/**
 * Guest memory that leaves the process, under Node on Linux. Needs the optional peer dependency koffi.
 * @module ballonet/node
 */
export type { HugePages } from "./huge-pages.ts";
export { NodeHostError } from "./node-host-error.ts";
export { NodeHost, TOO_MANY_MAPPINGS } from "./node-host.ts";
export type { NodeHostOptions } from "./node-host.ts";
export { reclaimingHost } from "./reclaiming-host.ts";
export type { ReclaimingHostOptions } from "./reclaiming-host.ts";
