import type { ProcessMemory } from "../browser/content-process.ts";
import type { OpenTab } from "./open-tab.ts";

/** The tab at one moment, in bytes. */
export interface Reading {
  /** As it was. */
  readonly unasked: ProcessMemory;
  /** After a garbage collection that was asked for. */
  readonly collected: ProcessMemory;
}

/** Reads what the tab takes: first as it is, then after a garbage collection. */
export async function readingOf(tab: OpenTab): Promise<Reading> {
  const unasked = tab.memory();
  return { unasked, collected: await tab.collected() };
}
