// A program that says which type it expects wherever the package gives it one. test/packed/types.test.ts compiles it.
import { Balloon, guestMemory, PageTracker, ZeroingHost, featureSet, negotiate } from "ballonet";
import type { BalloonCounters, BatchResult, DeviceClass, EngineSource, HostMemory, Outcome } from "ballonet";
import { createBalancer } from "ballonet/balance";
import type { Balancer } from "ballonet/balance";
import { NodeHost, NodeHostError, reclaimingHost } from "ballonet/node";
import { MockDriver } from "ballonet/testing";
import { decodeTrace, encodeTrace, replayTracker } from "ballonet/trace";
import type { ReplayResult, Trace, TraceRecord } from "ballonet/trace";
import { PageTracker as TrackerAlone } from "ballonet/tracker";
import { attachBalloon } from "ballonet/v86";
import type { V86Balloon } from "ballonet/v86";
import { ModernBar } from "ballonet/virtio";

/** Compiles only when the type of the value is exactly `Expected`. */
function expectType<Expected>() {
  return <Actual>(_: Actual, ..._same: Same<Actual, Expected> extends true ? [] : [never]): void => undefined;
}
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- only so are types compared exactly
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const tracker = new PageTracker(1024);
expectType<typeof PageTracker>()(TrackerAlone);
expectType<BatchResult>()(tracker.inflate(Uint32Array.of(1)));
expectType<number>()(tracker.inflateRange(0, 64));
expectType<Promise<void>>()(PageTracker.prepare(fetch("engine.wasm") satisfies EngineSource));
// @ts-expect-error PFNs are a Uint32Array
tracker.inflate([1]);
// @ts-expect-error results are read only
tracker.inflate(Uint32Array.of(1)).changed = 0;

expectType<bigint>()(featureSet(0, 32));
expectType<Outcome>()(negotiate({ silentDeflate: "never", offered: 1n, accepted: 1n }));
// @ts-expect-error there are three classes
"sometimes" satisfies DeviceClass;
// @ts-expect-error feature sets are bigints
negotiate({ silentDeflate: "never", offered: 1, accepted: 1 });

const ram = new Uint8Array(4096 * 1024);
const memory = guestMemory(() => ram);
const host: HostMemory = new ZeroingHost(memory);
const interrupt = { raise: (): void => undefined, lower: (): void => undefined };
const device = new Balloon({ memory, interrupt, host });
expectType<BalloonCounters>()(device.counters());
expectType<Outcome | undefined>()(device.counters().outcome);
// @ts-expect-error the page set is for reading
"inflate" satisfies keyof typeof device.pages;
device.on("inflate", ({ balloonedFrames }) => {
  expectType<number>()(balloonedFrames);
});
// @ts-expect-error there is no such event
device.on("explode", () => undefined);
// @ts-expect-error a device needs guest memory
new Balloon({ interrupt, host });
expectType<boolean>()(new MockDriver(new ModernBar(device), memory, 0).negotiate(1n));

const balancer = createBalancer({ budgetBytes: 64 * 1024 * 1024 });
expectType<Balancer>()(balancer);
expectType<() => void>()(balancer.add(device, { minimumBytes: 2 ** 20, weight: 2 }));
balancer[Symbol.dispose]();

const trace = decodeTrace(new Uint8Array(0));
expectType<Trace>()(trace);
expectType<readonly TraceRecord[]>()(trace.records);
expectType<ReplayResult>()(replayTracker(trace));
const [record] = trace.records;
if (record?.kind === "inflate") expectType<Uint32Array>()(record.pfns);
expectType<Uint8Array>()(encodeTrace(trace));

const balloon = attachBalloon({}, { silentDeflate: "optional", host: reclaimingHost({}, { lock: true }) });
expectType<V86Balloon>()(balloon);
expectType<number>()(balloon.target);
// @ts-expect-error there is no such option
attachBalloon({}, { silent_deflate: "optional" });

expectType<number>()(new NodeHost({ ram: () => ram }).residentFrames);
// Known without the program's own `lib` having it.
const disposable: { [Symbol.dispose](): void } = tracker;
expectType<typeof disposable>()(disposable);
expectType<string>()(new NodeHostError("ENOKOFFI", "").code);
