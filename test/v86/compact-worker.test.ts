import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";

const MIB = 2 ** 20;

let worker: Worker | undefined;
afterEach(() => worker?.terminate());

test("a machine in a worker thread is compacted, and its guest goes on", async () => {
  worker = new Worker(new URL("./compact-worker.mjs", import.meta.url));
  const [found] = (await once(worker, "message")) as [Record<string, unknown>];
  expect(found).toEqual({ moved: true, copiedBytes: expect.any(Number) as number, bad: [0, 0], faults: {} });
  // 48 of 64 MiB were in the balloon.
  expect(found.copiedBytes).toBeLessThan(18 * MIB);
});
