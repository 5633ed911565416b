import { FRAME_BYTES } from "../memory/index.ts";
import type { LockPolicy } from "../lock/index.ts";
import { Feature, hasFeature, negotiate } from "../negotiation/index.ts";
import type { DeviceClass, FeatureSet, Outcome } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import type { DeviceModel, VirtioDevice } from "../virtio/index.ts";
import type { Compliance } from "./compliance.ts";
import { ConfigField } from "./config.ts";
import type { BalloonConfig } from "./config.ts";
import type { BalloonEvents, Emitter } from "./events.ts";
import type { FaultCounters } from "./guest-faults.ts";
import type { Ballooned } from "./queues/ballooned.ts";
import type { BalloonQueue } from "./queues/queue.ts";
import { queueSlots } from "./queues/queue-map.ts";
import type { QueueNumbering } from "./queues/queue-map.ts";
import type { QueueServer } from "./serving/server.ts";

/** Device ID of the traditional memory balloon, VIRTIO 1.3 §5.5.1. */
const BALLOON_DEVICE_ID = 5;

export interface BalloonModelOptions {
  readonly virtio: VirtioDevice;
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit: number | undefined;
  readonly queueNumbering: QueueNumbering;
  readonly config: BalloonConfig;
  readonly ballooned: Ballooned;
  readonly policy: LockPolicy;
  readonly queues: readonly BalloonQueue[];
  readonly server: QueueServer;
  readonly faults: FaultCounters;
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
}

/** Implements what the virtio device calls: negotiation, notifications, configuration and resets. */
export class BalloonModel implements DeviceModel {
  readonly deviceId: number = BALLOON_DEVICE_ID;
  /** The outcome of the negotiation; undefined until a driver has chosen its features. */
  outcome: Outcome | undefined;
  readonly #options: BalloonModelOptions;

  constructor(options: BalloonModelOptions) {
    this.#options = options;
  }

  /** After a restore, these are the features that the guest was offered before, as far as this host supports them. */
  get offeredFeatures(): FeatureSet {
    return this.#options.config.offer.features;
  }

  sizeQueues(features: FeatureSet, negotiated: boolean): readonly number[] {
    const { queueNumbering, server } = this.#options;
    const accepted = negotiated ? features : this.offeredFeatures;
    const slots = queueSlots(queueNumbering, this.offeredFeatures, accepted);
    server.number(slots.map(({ role }) => role));
    return slots.map(({ size }) => size);
  }

  acceptFeatures(accepted: FeatureSet, legacy: boolean): boolean {
    const { silentDeflate, silentDeflateBit, policy, compliance, events } = this.#options;
    const offered = this.offeredFeatures;
    const outcome = negotiate({ silentDeflate, silentDeflateBit, offered, accepted, legacy });
    this.outcome = outcome;
    policy.enabled = outcome.lockPolicy === "on";
    if (hasFeature(offered & ~accepted, Feature.WILL_TELL_HOST)) compliance.broke("DRV-F1");
    events.emit("negotiated", outcome);
    if (outcome.result === "needs-reset") events.emit("needs-reset", outcome.reason);
    return outcome.result === "accepted";
  }

  notified(index: number): boolean {
    return this.#options.server.serve(index);
  }

  queueReset(index: number): void {
    this.#options.server.forget(index);
    this.settled();
  }

  readConfig(offset: number, width: number): number {
    return this.#options.config.read(offset, width);
  }

  /** Writes to the configuration. A write that is not allowed is counted as a fault and changes nothing. */
  writeConfig(offset: number, width: number, value: number): void {
    const { config, faults, events } = this.#options;
    const poison = offset === ConfigField.POISON_VAL;
    if (poison && !this.#mayWritePoison) faults.add("poison-write");
    else if (config.write(offset, width, value) === undefined) faults.add("config-write");
    else if (!poison) events.emit("actual", value * FRAME_BYTES);
    this.settled();
  }

  settled(): void {
    this.#options.events.flush();
  }

  /** Resets the page set last: this calls host code, which must find the rest of the device already reset. */
  reset(): void {
    const { server, queues, config, events, policy, ballooned } = this.#options;
    server.reset();
    for (const queue of queues) queue.reset?.();
    config.set(ConfigField.ACTUAL, 0);
    config.set(ConfigField.POISON_VAL, 0);
    this.outcome = undefined;
    events.emit("reset", undefined);
    policy.reset(ballooned.clear());
  }

  /** DRV-P2, DRV-P3: the driver may write poison_val only before DRIVER_OK, and only with PAGE_POISON. */
  get #mayWritePoison(): boolean {
    const { virtio } = this.#options;
    return hasFeature(virtio.accepted, Feature.PAGE_POISON) && !virtio.has(Status.DRIVER_OK);
  }
}
