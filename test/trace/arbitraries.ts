import fc from "fast-check";
import type { BatchRecord, FreePagesRecord, Trace, TraceRecord } from "../../src/trace/index.ts";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function words(of: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<Uint32Array> {
  return fc.array(of, { maxLength }).map((list) => Uint32Array.from(list));
}

/** Batches whose PFNs are drawn from `pfn`. */
export function batchRecords(pfn: fc.Arbitrary<number>): fc.Arbitrary<BatchRecord> {
  const kind = fc.constantFrom("inflate" as const, "deflate" as const);
  return fc.record({ kind, timeUs: word, pfns: words(pfn, 40) }, { noNullPrototype: true });
}

function freePagesRecords(): fc.Arbitrary<FreePagesRecord> {
  const kind = fc.constantFrom("hint" as const, "report" as const);
  const ranges = fc.array(fc.tuple(word, word), { maxLength: 20 });
  return fc.record(
    { kind, timeUs: word, ranges: ranges.map((pairs) => Uint32Array.from(pairs.flat())) },
    { noNullPrototype: true },
  );
}

/** Any trace the format can hold. */
export function traces(): fc.Arbitrary<Trace> {
  const record = fc.oneof<fc.Arbitrary<TraceRecord>[]>(batchRecords(word), freePagesRecords());
  const guestFrames = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  return fc.record({ guestFrames, records: fc.array(record, { maxLength: 12 }) }, { noNullPrototype: true });
}
