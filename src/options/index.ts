/** Checks for what the host passes. Input from the guest is never checked here. */
export { check, readOptions } from "./check.ts";
export { didYouMean } from "./closest.ts";
export { describe } from "./describe.ts";
export type { Kind, Members, Needed, Table } from "./kind.ts";
