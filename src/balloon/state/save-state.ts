import { ConfigField } from "../config.ts";
import type { BalloonParts } from "../parts.ts";
import { STATE_VERSION } from "./balloon-state.ts";
import type { BalloonState } from "./balloon-state.ts";

/**
 * Returns the state of a device, independent of the device. In the middle of a batch, this is the state before the
 * batch.
 */
export function saveState(parts: BalloonParts): BalloonState {
  const { ballooned, config, deflate, hint, policy, server, stats, target, virtio } = parts;
  return {
    version: STATE_VERSION,
    memory: target.ram.pairs.slice(),
    numbering: target.queueNumbering,
    revision: config.offer.revision,
    offered: config.offer.features,
    silentDeflateBit: target.silentDeflateBit,
    virtio: virtio.state(),
    targetFrames: config.get(ConfigField.NUM_PAGES),
    actualFrames: config.get(ConfigField.ACTUAL),
    poison: config.get(ConfigField.POISON_VAL),
    ballooned: ballooned.savedRuns(),
    lock: policy.state(),
    withheld: deflate.state(),
    statsBuffer: stats.buffer,
    ...hint.state(),
    pending: server.state(),
  };
}
