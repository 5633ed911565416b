// Run with `npm run bench`, after `npm run build`.
import { benchDevice } from "./device.bench.js";
import { benchTracker } from "./tracker.bench.js";

await benchTracker();
await benchDevice();
