type Run = readonly [first: number, frames: number];

const MOST_RUNS = 8;

/**
 * Makes Node's `console.log` print an object as `text` returns, without an import from Node. This is done for each
 * object, because a statement on the class would prevent bundlers from removing the class.
 */
export function printAs(object: object, text: () => string): void {
  Object.defineProperty(object, Symbol.for("nodejs.util.inspect.custom"), { value: text });
}

/** Formats runs as "300-302, 500". A long list is cut. */
export function listOf(runs: Iterable<Run>): string {
  const parts: string[] = [];
  for (const [first, frames] of runs) {
    if (parts.length === MOST_RUNS) return [...parts, "..."].join(", ");
    parts.push(frames === 1 ? String(first) : `${first}-${first + frames - 1}`);
  }
  return parts.join(", ");
}

/** A set whose runs can be listed without scanning all of it. */
interface Steps {
  next(pfn: number): number;
  nextOutside(pfn: number): number;
}

/** Yields the runs of a set, found one by one. */
export function* runsIn(set: Steps): Generator<Run, void> {
  for (let first = set.next(0); first >= 0;) {
    const end = set.nextOutside(first);
    yield [first, end - first];
    first = set.next(end);
  }
}
