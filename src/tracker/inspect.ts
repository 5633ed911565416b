type Run = readonly [first: number, frames: number];

const MOST_RUNS = 8;

/** Has Node's `console.log` print the objects of a class as `text`, without importing anything of Node's. */
export function printAs<T extends object>(
  { prototype }: { prototype: T },
  text: (object: T) => string,
): void {
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  Object.defineProperty(prototype, inspect, {
    value(this: T) {
      return text(this);
    },
  });
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
