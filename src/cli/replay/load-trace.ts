import { assumedRuns } from "../../trace/assumed-runs.ts";
import { decodeTrace, isBatch, TraceError } from "../../trace/index.ts";
import type { Trace, TraceRecord } from "../../trace/index.ts";
import { InputError } from "../errors.ts";
import { nameOf, readInput } from "../files.ts";

/** What is in a trace. */
export interface TraceSummary {
  /** 4 KiB frames of guest memory. */
  readonly guestFrames: number;
  /** What the driver said. */
  readonly records: Readonly<Record<Exclude<TraceRecord["kind"], "ballooned">, number>>;
  /** In the inflate and deflate records. */
  readonly pfns: number;
}

/** @throws InputError for a file that cannot be read, or is no trace */
export async function loadTrace(path: string): Promise<Trace> {
  const bytes = await readInput(path);
  try {
    return withStart(decodeTrace(bytes));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const advice = "Copy it again, or record a new one: ballonet record --out=FILE";
    throw new InputError(`${nameOf(path)} is not a whole trace: ${error.message}. ${advice}`, {
      cause: error,
    });
  }
}

/** A trace that says where it begins: what that must have been is found out once, not in each pass that is measured. */
function withStart(trace: Trace): Trace {
  if (trace.records[0]?.kind === "ballooned") return trace;
  const ballooned = { kind: "ballooned", timeUs: 0, ranges: assumedRuns(trace) } as const;
  return { ...trace, records: [ballooned, ...trace.records] };
}

export function summaryOf({ guestFrames, records }: Trace): TraceSummary {
  const counts = { inflate: 0, deflate: 0, hint: 0, report: 0 };
  for (const { kind } of records) if (kind !== "ballooned") counts[kind]++;
  const pfns = records.filter(isBatch).reduce((sum, record) => sum + record.pfns.length, 0);
  return { guestFrames, records: counts, pfns };
}

/** The records by kind, in words. */
export function recordsText({ inflate, deflate, hint, report }: TraceSummary["records"]): string {
  return `${inflate} inflate, ${deflate} deflate, ${hint} hint, ${report} report`;
}
