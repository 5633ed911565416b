import { Runs } from "../../tracker/index.ts";
import { Status } from "../../virtio/index.ts";
import { ConfigField } from "../config.ts";
import type { BalloonParts } from "../parts.ts";
import type { BalloonState } from "./balloon-state.ts";
import { brief } from "./brief.ts";
import { canRestore, offerInForce } from "./can-restore.ts";
import { queuesFor } from "./saved-queues.ts";

const SUPERSEDED = "the device was reset while it was being restored";

/** Makes a device continue from a saved state. */
export class Restorer {
  readonly #parts: BalloonParts;
  #restoring = false;

  constructor(parts: BalloonParts) {
    this.#parts = parts;
  }

  /** Restores `state`. Returns why the device cannot honour it (the device is then reset), or undefined on success. */
  restore(state: BalloonState): string | undefined {
    if (this.#restoring) return "the device is in the middle of another restore";
    this.#restoring = true;
    try {
      return this.#restore(state);
    } finally {
      this.#restoring = false;
      this.#parts.events.flush();
    }
  }

  #restore(state: BalloonState): string | undefined {
    const { virtio, config, target } = this.#parts;
    const { epoch } = virtio;
    virtio.reset();
    const refusal = canRestore(state, target);
    if (refusal !== undefined) return refusal;
    if (virtio.epoch !== epoch + 1) return SUPERSEDED;
    const { offer } = config;
    try {
      // The next reset or restore adapts the queues.
      config.offer = { revision: state.revision, features: offerInForce(state, target) };
      this.#take(state);
    } catch (error) {
      config.offer = offer;
      virtio.reset();
      return brief(error);
    }
    return virtio.epoch === epoch + 1 ? undefined : SUPERSEDED;
  }

  /** Takes over a state. Calls the host last: its code must find a restored device, and may reset it. */
  #take(state: BalloonState): void {
    const { ballooned, config, deflate, policy, server, virtio } = this.#parts;
    virtio.restore({ ...state.virtio, queues: queuesFor(state, config.offer.features) });
    config.set(ConfigField.NUM_PAGES, state.targetFrames);
    config.set(ConfigField.ACTUAL, state.actualFrames);
    config.set(ConfigField.POISON_VAL, state.poison);
    config.set(ConfigField.FREE_PAGE_HINT_CMD_ID, state.hintCommand);
    this.#takeDriver(state);
    ballooned.add(new Runs(state.ballooned));
    deflate.restore(state.withheld);
    if (virtio.has(Status.DRIVER_OK) && !virtio.has(Status.NEEDS_RESET)) server.restore(state.pending);
    policy.adopt(ballooned.hostPages());
    virtio.driveLine();
  }

  /** Takes over what the driver has negotiated and left with the device. */
  #takeDriver({ virtio, statsBuffer, hint, hintCommand }: BalloonState): void {
    const { model, stats, hint: hinting, scheduler } = this.#parts;
    if (virtio.status & Status.FEATURES_OK)
      model.acceptFeatures(virtio.accepted, virtio.interface === "legacy");
    stats.restore(statsBuffer, (virtio.status & Status.DRIVER_OK) !== 0);
    if (!hinting.restore(hint, hintCommand)) return;
    scheduler.timer(() => {
      hinting.abandon();
    }, 0);
  }
}
