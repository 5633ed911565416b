// The same types, for a CommonJS program.
import { PageTracker } from "ballonet";
import type { BatchResult } from "ballonet/tracker";
import { attachBalloon } from "ballonet/v86";

const result: BatchResult = new PageTracker(64).inflate(Uint32Array.of(1));
// @ts-expect-error results are read only
result.changed = 0;
// @ts-expect-error there is no such option
attachBalloon({}, { silent_deflate: "optional" });
