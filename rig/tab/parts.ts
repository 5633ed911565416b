import type { BrowserName } from "../browser/find.ts";
import { measureGiven } from "./embedded.ts";
import { inLinux, measureGrowth, measureShrinking } from "./linux.ts";
import { givenRow, growthRows, shrunkRow, timeRows } from "./rows.ts";
import type { Row } from "./rows.ts";
import { measureTimes } from "./times.ts";
import { hasZeroPage } from "../zero-page.ts";

/** A part of the table, and what it was made from. */
export interface Measured {
  readonly rows: readonly Row[];
  readonly runs: readonly object[];
  /** What one must know about the rows. */
  readonly note?: string;
}

type Part = (browser: BrowserName, runs: number) => Promise<Measured>;

const NO_ZERO_PAGE =
  "this system has no shared page of zeros: looking for zeros in untouched memory takes that memory";

/** States are saved and restored so often for each run. */
const ROUNDS = 3;

export type PartName = "untouched" | "dirtied" | "embedded" | "times";

export const PART_NAMES: readonly PartName[] = ["untouched", "dirtied", "embedded", "times"];

/** The parts of the table, each of which can be measured alone. */
export const PARTS: Readonly<Record<PartName, Part>> = {
  untouched: async (browser, runs) => {
    const ours = await repeated(runs, () => inLinux(browser, "ballonet", measureGrowth));
    const v86 = await repeated(runs, () => inLinux(browser, "v86", measureGrowth));
    return {
      rows: growthRows(ours, v86),
      runs: [...ours, ...v86],
      ...(hasZeroPage() ? {} : { note: NO_ZERO_PAGE }),
    };
  },
  dirtied: async (browser, runs) => {
    const measured = await repeated(runs, () =>
      inLinux(browser, "ballonet", (tab, booted) => measureShrinking(tab, booted, true)),
    );
    return { rows: [shrunkRow(measured)], runs: measured };
  },
  embedded: async (browser, runs) => {
    const measured = await repeated(runs, () => measureGiven(browser, true));
    return { rows: [givenRow(measured)], runs: measured };
  },
  times: async (browser, runs) => {
    const measured = await measureTimes(browser, runs * ROUNDS);
    return { rows: timeRows(measured), runs: [measured] };
  },
};

async function repeated<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await work());
  return results;
}
