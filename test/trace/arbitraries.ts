import fc from "fast-check";
import type {
  BatchRecord,
  FreePagesRecord,
  BalloonedRecord,
  Trace,
  TraceRecord,
} from "../../src/trace/index.ts";

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

/** Page sets of a guest: runs of one to nine frames, apart from each other. */
function heldRecords(guestFrames: number): fc.Arbitrary<BalloonedRecord> {
  const step = fc.record({ gap: fc.integer({ min: 1, max: 9 }), frames: fc.integer({ min: 1, max: 9 }) });
  const ranges = fc.array(step, { maxLength: 20 }).map((steps) => {
    const runs: number[] = [];
    let end = -1;
    for (const { gap, frames } of steps) {
      if (end + gap + frames > guestFrames) break;
      runs.push(end + gap, frames);
      end += gap + frames;
    }
    return Uint32Array.from(runs);
  });
  return fc.record(
    { kind: fc.constant("ballooned" as const), timeUs: word, ranges },
    { noNullPrototype: true },
  );
}

/** Any trace the format can hold. */
export function traces(): fc.Arbitrary<Trace> {
  const record = fc.oneof<fc.Arbitrary<TraceRecord>[]>(batchRecords(word), freePagesRecords());
  const guestFrames = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  return guestFrames.chain((frames) => {
    const known = heldRecords(frames).chain((ballooned) =>
      fc
        .array(fc.oneof<fc.Arbitrary<TraceRecord>[]>(record, heldRecords(frames)), { maxLength: 12 })
        .map((records) => [ballooned, ...records]),
    );
    const guestFrames = fc.constant(frames);
    const records = fc.oneof(fc.array(record, { maxLength: 12 }), known);
    const plain = fc.record({ guestFrames, records }, { noNullPrototype: true });
    if (frames < 4) return plain;
    // One region that begins later, or two with a hole between them.
    const memory = fc.oneof(
      fc.integer({ min: 1, max: frames - 1 }).map((first) => Uint32Array.of(first, frames - first)),
      fc
        .integer({ min: 2, max: frames - 1 })
        .map((first) => Uint32Array.of(0, first - 1, first, frames - first)),
    );
    return fc.oneof(plain, fc.record({ guestFrames, memory, records: known }, { noNullPrototype: true }));
  });
}
