import type { Kind } from "../options/index.ts";

/** What becomes of guest memory where the system backs memory with transparent huge pages of 2 MiB. */
export type HugePages = "avoid" | "allow";

export const HUGE_PAGES: Kind = { oneOf: ["avoid", "allow"] satisfies HugePages[] };
