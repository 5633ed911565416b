import type { Kind } from "../options/index.ts";

/** What to do if the system backs guest memory with transparent huge pages of 2 MiB. */
export type HugePages = "avoid" | "allow";

export const HUGE_PAGES: Kind = { oneOf: ["avoid", "allow"] satisfies HugePages[] };
