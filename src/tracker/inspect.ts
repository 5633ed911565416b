type Run = readonly [first: number, frames: number];

const MOST_RUNS = 8;

/**
 * Has Node's `console.log` print an object as `text` says, without importing anything of Node's. For each object, since
 * what is done to a class at its definition keeps bundlers from leaving the class out.
 */
export function printAs(object: object, text: () => string): void {
  Object.defineProperty(object, Symbol.for("nodejs.util.inspect.custom"), { value: text });
}

/** Runs as "300-302, 500", cut when there are many. */
export function listOf(runs: Iterable<Run>): string {
  const parts: string[] = [];
  for (const [first, frames] of runs) {
    if (parts.length === MOST_RUNS) return [...parts, "..."].join(", ");
    parts.push(frames === 1 ? String(first) : `${first}-${first + frames - 1}`);
  }
  return parts.join(", ");
}

/** What a set answers that can be listed without a scan of all of it. */
interface Steps {
  next(pfn: number): number;
  nextOutside(pfn: number): number;
}

/** The runs of a set, found one by one. */
export function* runsIn(set: Steps): Generator<Run, void> {
  for (let first = set.next(0); first >= 0;) {
    const end = set.nextOutside(first);
    yield [first, end - first];
    first = set.next(end);
  }
}
