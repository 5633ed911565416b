// Run with `npm run bench`, after `npm run build`.
import { benchTracker } from "./tracker.bench.js";

await benchTracker();
