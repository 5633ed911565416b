// Makes many trackers, one after another, and prints how much resident memory that took: tracker.test.ts runs it.
import { setImmediate } from "node:timers/promises";
import { PageTracker } from "../../dist/entries/index.js";

const [mode, count] = [process.argv[2], Number(process.argv[3])];
const pfns = Uint32Array.of(5);
let frames = 0;

// The first thousand fill the pools that a process keeps anyway.
await make(1000);
const before = await resident();
frames = 0;
await make(count);
console.log(JSON.stringify({ before, after: await resident(), frames }));

async function make(trackers) {
  for (let i = 0; i < trackers; i++) {
    const tracker = new PageTracker(1024);
    frames += tracker.inflate(pfns).changed;
    if (mode === "disposed") tracker.dispose();
    // Wasm memories are freed by tasks, which a busy loop would not let run.
    if (i % 500 === 0) await setImmediate();
  }
}

async function resident() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await setImmediate();
  }
  return process.memoryUsage().rss;
}
