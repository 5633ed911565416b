/** Checks of what the host gives. The guest's input never comes here. */
export { check, readOptions } from "./check.ts";
export { didYouMean } from "./closest.ts";
export { describe } from "./describe.ts";
export type { Kind, Members, Needed, Table } from "./kind.ts";
