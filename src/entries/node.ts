/**
 * Returns guest memory to the operating system, under Node on Linux. Needs the optional peer dependency koffi.
 * @module ballonet/node
 */
export { NodeHost, NodeHostError, reclaimingHost } from "../node/index.ts";
export type { HugePages, NodeHostOptions, ReclaimingHostOptions } from "../node/index.ts";
