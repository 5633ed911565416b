import { oneOf } from "../options.ts";

/** A bit with which a driver can make a promise. */
export type Promised = "will" | "silent";

const WORDS: readonly (Promised | "none")[] = ["will", "silent", "none"];

/** All choices that a driver has. */
export const DRIVERS: readonly (readonly Promised[])[] = [["will"], ["silent"], ["will", "silent"], []];

/** Parses what the driver takes, from `will,silent` or `none`. @throws UsageError for other words */
export function driverOf(text: string): readonly Promised[] {
  const words = text.split(",").map((word) => oneOf("--driver", WORDS, word));
  return words.filter((word) => word !== "none");
}
