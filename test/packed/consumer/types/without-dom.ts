// A program without the types of the DOM and of Node. test/packed/types.test.ts compiles it.
export * from "ballonet";
export * from "ballonet/balance";
export * from "ballonet/node";
export * from "ballonet/testing";
export * from "ballonet/trace";
export * from "ballonet/v86";
export * from "ballonet/virtio";

import { guestMemory, PageTracker } from "ballonet";
import { restoreStateFrom, saveStateTo } from "ballonet/v86";

await PageTracker.prepare(new ArrayBuffer(8));
// @ts-expect-error a URL is not fetched
await PageTracker.prepare("engine.wasm");
const buffer = new ArrayBuffer(4096);
guestMemory([{ base: 0, bytes: () => new Uint8Array(buffer), wasm: () => ({ buffer }) }]);

const done = Promise.resolve();
await saveStateTo(
  {},
  { getWriter: () => ({ ready: done, write: () => done, close: () => done, abort: () => done }) },
);
// @ts-expect-error it is written to, not read
await restoreStateFrom({}, { getWriter: () => undefined });
