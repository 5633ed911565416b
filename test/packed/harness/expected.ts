/** The result that ../consumer/src/program.js must have. The page set is computed here a second time, with a `Set`. */
export function expectedOutcome(): object {
  return {
    negotiation: "accepted, lock policy on",
    balloon: {
      accepted: ["WILL_TELL_HOST", "VERSION_1"],
      batches: { inflate: 1, deflate: 1 },
      faults: {},
      ballooned: [500, 1, 502, 1],
      zeros: 3 * 4096,
    },
    tracker: expectedTracker(8192),
    trace: { guestFrames: 1024, pfns: [3, 1, 2] },
    v86: "TypeError",
  };
}

type Change = (set: Set<number>, pfn: number) => boolean;

const add: Change = (set, pfn) => !set.has(pfn) && set.add(pfn).has(pfn);
const remove: Change = (set, pfn) => set.delete(pfn);

function expectedTracker(frames: number): object {
  const set = new Set<number>();
  const scattered = Array.from({ length: 12000 }, (_, i) => (i * 7919) % 9001);
  const batch = (change: Change, pfns: number[]): object => {
    const inRange = pfns.filter((pfn) => pfn < frames);
    const changed = inRange.filter((pfn) => change(set, pfn)).length;
    return { changed, redundant: inRange.length - changed, outOfRange: pfns.length - inRange.length };
  };
  const range = (change: Change, first: number, length: number): number =>
    Array.from({ length }, (_, i) => first + i).filter((pfn) => change(set, pfn)).length;
  const inflated = batch(add, scattered);
  const deflated = batch(
    remove,
    scattered.filter((_, i) => i % 3 === 0),
  );
  const ranges = [range(add, 100, 5000), range(remove, 4000, 4000)];
  return { inflated, deflated, ranges, count: set.size, runs: runsOf(set) };
}

/** [first, frames] pairs, ascending. */
function runsOf(set: ReadonlySet<number>): number[] {
  const starts = [...set].filter((pfn) => !set.has(pfn - 1)).sort((a, b) => a - b);
  return starts.flatMap((first) => {
    let end = first;
    while (set.has(end)) end++;
    return [first, end - first];
  });
}
