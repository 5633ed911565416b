import { RamFrames } from "../memory/index.ts";
import { LockPolicy } from "../lock/index.ts";
import { PageTracker } from "../tracker/index.ts";
import { VirtioDevice } from "../virtio/index.ts";
import { Compliance } from "./compliance.ts";
import { BalloonConfig } from "./config.ts";
import { BALLOON_EVENTS, Emitter } from "./events.ts";
import type { BalloonEvents } from "./events.ts";
import { FaultCounters } from "./guest-faults.ts";
import { BalloonModel } from "./model.ts";
import { offeredFeatures, supportedFeatures } from "./options.ts";
import type { BalloonOptions } from "./options.ts";
import { Ballooned } from "./queues/ballooned.ts";
import { DeflateQueue } from "./queues/deflate.ts";
import { FreePages } from "./queues/free-pages.ts";
import { HintQueue } from "./queues/hint.ts";
import { InflateQueue } from "./queues/inflate.ts";
import { PfnBatch } from "./queues/pfn-batch.ts";
import { PfnReader } from "./queues/pfn-reader.ts";
import { QUEUE_COUNT } from "./queues/queue-map.ts";
import { ReportQueue } from "./queues/report.ts";
import { StatsQueue } from "./queues/stats.ts";
import { Place } from "./serving/place.ts";
import { realTimer } from "./serving/retry-timer.ts";
import type { Timer } from "./serving/retry-timer.ts";
import { Scheduler } from "./serving/scheduler.ts";
import { QueueServer } from "./serving/server.ts";
import { WorkBudget } from "./serving/work-budget.ts";
import type { RestoreTarget } from "./state/can-restore.ts";

/** The parts of a balloon. */
export interface BalloonParts {
  readonly ballooned: Ballooned;
  readonly batch: PfnBatch;
  readonly compliance: Compliance;
  readonly config: BalloonConfig;
  readonly deflate: DeflateQueue;
  readonly events: Emitter<BalloonEvents>;
  readonly faults: FaultCounters;
  readonly hint: HintQueue;
  readonly inflate: InflateQueue;
  readonly model: BalloonModel;
  readonly policy: LockPolicy;
  readonly report: ReportQueue;
  readonly scheduler: Scheduler;
  readonly server: QueueServer;
  readonly stats: StatsQueue;
  /** The clock, which goes on while the machine is stopped. */
  readonly timer: Timer;
  /** What a saved state has to match. */
  readonly target: RestoreTarget;
  readonly virtio: VirtioDevice;
}

/** Makes the parts of a balloon from the bottom up. No part knows a part that is made after it. */
export function makeParts(options: BalloonOptions): BalloonParts {
  const { memory, host, interrupt, silentDeflateBit, onLockFailure = "degrade" } = options;
  const { silentDeflate = "optional", queueNumbering = "negotiated", poisonedPages = "skip" } = options;
  const ram = new RamFrames(memory);
  const supported = supportedFeatures(options);

  const events = new Emitter<BalloonEvents>(BALLOON_EVENTS);
  const clock = options.timer ?? realTimer;
  const scheduler = new Scheduler(clock);
  const place = new Place();
  const compliance = new Compliance(place);
  const faults = new FaultCounters((fault, times) => {
    compliance.fault(fault, times);
    events.emit("guest-fault", fault);
  });

  const virtio = new VirtioDevice(memory, interrupt, QUEUE_COUNT);
  const offer = { revision: options.revision ?? 2, features: offeredFeatures(options) };
  const config = new BalloonConfig(virtio, offer);

  const tracker = new PageTracker(ram.end, { hostPageFrames: host.pageFrames ?? 1 });
  const ballooned = new Ballooned(tracker);
  const policy = new LockPolicy({
    host,
    frames: ram.end,
    onLockFailure,
    ballooned: tracker,
    onFailure: (failure) => {
      events.emit("lock-failure", failure);
    },
  });

  const budget = new WorkBudget(ram.count);
  const batch = new PfnBatch(new PfnReader(memory, ram, tracker), tracker, faults);
  const freePages = new FreePages(policy, tracker, budget);
  const inflate = new InflateQueue(ballooned, batch, policy, events);
  const deflate = new DeflateQueue({ virtio, config, ballooned, batch, policy, compliance, events });
  const stats = new StatsQueue({ virtio, faults, compliance, events });
  const hint = new HintQueue({ memory, config, freePages, faults, compliance, events });
  const report = new ReportQueue({ config, freePages, poisonedPages, events });
  const queues = [inflate, deflate, stats, hint, report];

  const { timer } = scheduler;
  const server = new QueueServer({ virtio, queues, budget, place, faults, events, timer });
  const model = new BalloonModel({
    virtio,
    silentDeflate,
    silentDeflateBit,
    queueNumbering,
    config,
    ballooned,
    policy,
    queues,
    server,
    faults,
    compliance,
    events,
  });
  virtio.connect(model);

  const target: RestoreTarget = {
    ram,
    supportedFeatures: supported,
    queueNumbering,
    silentDeflate,
    silentDeflateBit,
  };
  return {
    ballooned,
    batch,
    compliance,
    config,
    deflate,
    events,
    faults,
    hint,
    inflate,
    model,
    policy,
    report,
    scheduler,
    server,
    stats,
    target,
    timer: clock,
    virtio,
  };
}
