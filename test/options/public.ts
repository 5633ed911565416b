import { LinearMemory } from "../../src/memory/index.ts";
import { createBalancer } from "../../src/balance/index.ts";
import { BALANCER_OPTIONS } from "../../src/balance/balancer.ts";
import { claimsOptions } from "../../src/balance/check.ts";
import { BALLOON_OPTIONS } from "../../src/balloon/check-options.ts";
import { Balloon } from "../../src/balloon/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";
import { RECORDING_HOST_OPTIONS } from "../../src/host/recording-host.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import { LOCK_POLICY_OPTIONS } from "../../src/lock/lock-policy.ts";
import { negotiate, offeredByClass } from "../../src/negotiation/index.ts";
import { CLASS_OPTIONS } from "../../src/negotiation/device-class.ts";
import { NEGOTIATION } from "../../src/negotiation/negotiate.ts";
import { NODE_HOST_OPTIONS, NodeHost } from "../../src/node/node-host.ts";
import { RECLAIMING_HOST_OPTIONS, reclaimingHost } from "../../src/node/reclaiming-host.ts";
import type { Kind, Needed } from "../../src/options/index.ts";
import { PageTracker } from "../../src/tracker/index.ts";
import { PAGE_TRACKER_OPTIONS } from "../../src/tracker/page-tracker.ts";
import { attachBalloon, createReclaimer } from "../../src/v86/index.ts";
import { RECLAIMER_OPTIONS } from "../../src/v86/reclaimer/create-reclaimer.ts";
import { V86_BALLOON_OPTIONS } from "../../src/v86/options.ts";
import { MmioTransport } from "../../src/virtio/index.ts";
import { MMIO_OPTIONS } from "../../src/virtio/mmio/mmio-transport.ts";
import { virtioOf } from "../balloon/internals.ts";

/** A public function with options: how to call it, its table, and correct options. */
export interface Taker {
  readonly call: (options: never) => unknown;
  readonly table: Readonly<Record<string, Kind | Needed>>;
  readonly right: object;
}

const ram = new Uint8Array(new WebAssembly.Memory({ initial: 16 }).buffer);
const host = new ZeroingHost(new LinearMemory(() => ram));
const device = {
  memory: new LinearMemory(() => ram),
  interrupt: { raise: () => undefined, lower: () => undefined },
  host,
};

/** Every public function or constructor that takes an object of options. */
export const TAKERS: Readonly<Record<string, Taker>> = {
  Balloon: { call: (options) => new Balloon(options), table: BALLOON_OPTIONS, right: device },
  offeredByClass: { call: offeredByClass, table: CLASS_OPTIONS, right: { silentDeflate: "always" } },
  negotiate: {
    call: negotiate,
    table: NEGOTIATION,
    right: { silentDeflate: "never", offered: 1n, accepted: 1n },
  },
  MmioTransport: {
    call: (options) => new MmioTransport(virtioOf(new Balloon(device)), options),
    table: MMIO_OPTIONS,
    right: {},
  },
  PageTracker: { call: (options) => new PageTracker(16, options), table: PAGE_TRACKER_OPTIONS, right: {} },
  RecordingHost: {
    call: (options) => new RecordingHost(options),
    table: RECORDING_HOST_OPTIONS,
    right: { frames: 16 },
  },
  LockPolicy: {
    call: (options) => new LockPolicy(options),
    table: LOCK_POLICY_OPTIONS,
    right: { host, frames: 16, onLockFailure: "degrade" },
  },
  createBalancer: {
    call: (options) => {
      createBalancer(options).dispose();
    },
    table: BALANCER_OPTIONS,
    right: { budgetBytes: 1 << 20 },
  },
  claims: {
    call: (options) => {
      const balancer = createBalancer({ budgetBytes: 1 << 20 });
      balancer.add(new Balloon(device), options);
      balancer.dispose();
    },
    table: claimsOptions(256),
    right: {},
  },
  // The functions below need a machine or system calls once their options are correct.
  NodeHost: { call: (options) => new NodeHost(options), table: NODE_HOST_OPTIONS, right: { ram: () => ram } },
  reclaimingHost: {
    call: (options) => reclaimingHost({}, options),
    table: RECLAIMING_HOST_OPTIONS,
    right: {},
  },
  createReclaimer: {
    call: (options) => createReclaimer({}, options),
    table: RECLAIMER_OPTIONS,
    right: {},
  },
  attachBalloon: { call: (options) => attachBalloon({}, options), table: V86_BALLOON_OPTIONS, right: {} },
};
