import { assumedRuns } from "../../trace/assumed-runs.ts";
import { decodeTrace, isBatch, TraceError } from "../../trace/index.ts";
import type { Trace, TraceRecord } from "../../trace/index.ts";
import { InputError } from "../errors.ts";
import { nameOf, readInput } from "../files.ts";

/** A summary of a trace. */
export interface TraceSummary {
  /** Size of guest memory in 4 KiB frames. */
  readonly guestFrames: number;
  /** Number of records of each kind that the driver sent. */
  readonly records: Readonly<Record<Exclude<TraceRecord["kind"], "ballooned">, number>>;
  /** Number of PFNs in the inflate and deflate records. */
  readonly pfns: number;
}

/** Loads a trace. @throws InputError if the file cannot be read or is not a trace */
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

/**
 * Returns a trace that says what was in the balloon at its start. This is computed once here instead of in each
 * measured pass.
 */
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

/** The number of records of each kind, in words. */
export function recordsText({ inflate, deflate, hint, report }: TraceSummary["records"]): string {
  return `${inflate} inflate, ${deflate} deflate, ${hint} hint, ${report} report`;
}
