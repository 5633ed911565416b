// Measures what a process can measure only once; argv says what, and the answer goes over IPC.
const MIB = 2 ** 20;
const TRACKERS = 32;

/** Milliseconds from the import to the end of the first inflate. */
async function startOf(module) {
  const start = performance.now();
  const { PageTracker } = await import(module);
  const { changed } = new PageTracker(2 ** 20).inflate(Uint32Array.of(3, 2, 1));
  const elapsed = performance.now() - start;
  if (changed !== 3) throw new Error(`expected 3 frames to change, got ${changed}`);
  return elapsed;
}

const MEASURES = {
  /** MiB that one tracker of the largest size adds to the process: resident or counted as external. */
  async memory() {
    const { MAX_FRAMES, PageTracker } = await import("../../dist/entries/tracker.js");
    const trackers = [new PageTracker(MAX_FRAMES)];
    globalThis.gc();
    const before = process.memoryUsage();
    while (trackers.length <= TRACKERS) trackers.push(new PageTracker(MAX_FRAMES));
    globalThis.gc();
    const after = process.memoryUsage();
    if (trackers.some(({ count }) => count !== 0)) throw new Error("not empty");
    return Math.max(after.rss - before.rss, after.external - before.external) / TRACKERS / MIB;
  },
  /** Of page tracking alone. */
  start: () => startOf("../../dist/entries/tracker.js"),
  /** Of the whole package. */
  startOfAll: () => startOf("../../dist/entries/index.js"),
};

process.send(await MEASURES[process.argv[2]]());
