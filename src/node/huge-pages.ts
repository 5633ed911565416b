/** What becomes of guest memory where the system backs memory with transparent huge pages of 2 MiB. */
export type HugePages = "avoid" | "allow";

/** @throws RangeError naming the option as its caller wrote it */
export function checkHugePages(label: string, value: HugePages): HugePages {
  if (["avoid", "allow"].includes(value)) return value;
  throw new RangeError(`${label}: expected "avoid" or "allow", got ${JSON.stringify(value)}`);
}
