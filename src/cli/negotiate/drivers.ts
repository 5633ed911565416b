import { oneOf } from "../options.ts";

/** A bit a driver can promise with. */
export type Promised = "will" | "silent";

const WORDS: readonly (Promised | "none")[] = ["will", "silent", "none"];

/** Every choice a driver has. */
export const DRIVERS: readonly (readonly Promised[])[] = [["will"], ["silent"], ["will", "silent"], []];

/** What the driver takes, from `will,silent` or `none`. @throws UsageError for other words */
export function driverOf(text: string): readonly Promised[] {
  const words = text.split(",").map((word) => oneOf("--driver", WORDS, word));
  return words.filter((word) => word !== "none");
}
