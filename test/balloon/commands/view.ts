import type { QueueRole } from "../../../src/balloon/index.ts";
import { Feature } from "../../../src/negotiation/index.ts";
import { Status } from "../../../src/virtio/index.ts";
import type { Model } from "./model.ts";
import { ROLES } from "../optional-queues.ts";

/** All that the driver can see and the host must know, as plain data. */
export interface View {
  readonly ballooned: readonly number[];
  readonly words: readonly number[];
  readonly keptLocked: readonly number[];
  readonly owed: readonly number[];
  /** Frames that the host has not locked; none on a host that locks nothing. */
  readonly unlocked: readonly number[];
  readonly withheld: { readonly head: number; readonly frames: readonly number[] } | undefined;
  readonly statsBuffer: number | undefined;
  readonly hint: { readonly phase: Model["hint"]; readonly run: number; readonly abandoned: boolean };
  readonly outcome: Model["outcome"];
  readonly status: number;
  readonly config: readonly number[];
  readonly configChanged: boolean;
  readonly interrupt: Model["interrupt"];
  readonly queues: readonly QueueView[];
  readonly faults: readonly (readonly [fault: string, times: number])[];
  /** Calls that the clock will make. */
  readonly planned: number;
}

/** What came back in a queue since the driver looked last, and where the device wants the next kick, if it says so. */
export interface QueueView {
  readonly role: QueueRole;
  readonly used: readonly number[];
  readonly kickAt: number | undefined;
}

const { ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK, NEEDS_RESET } = Status;
const SET_UP = ACKNOWLEDGE | DRIVER | FEATURES_OK;
const STATUS: Readonly<Record<Model["driver"], number>> = {
  away: 0,
  refused: ACKNOWLEDGE | DRIVER,
  "setting-up": SET_UP,
  up: SET_UP | DRIVER_OK,
};

/** What a device must show that does what the model does. */
export function viewOf(model: Model): View {
  const { withheld, statsBuffer, hint, run, abandoned, outcome, locks } = model;
  return {
    ballooned: [...model.ballooned].sort((a, b) => a - b),
    words: model.words,
    keptLocked: locks.framesIn("ballooned-but-locked"),
    owed: locks.framesIn("guest-but-unlocked"),
    unlocked: locks.framesIn("released", "guest-but-unlocked"),
    withheld: withheld && { head: withheld.head, frames: withheld.frames },
    statsBuffer,
    hint: { phase: hint, run, abandoned },
    outcome,
    status: STATUS[model.driver] | (model.needsReset ? NEEDS_RESET : 0),
    config: Object.values(model.config),
    configChanged: model.configChanged,
    interrupt: model.interrupt,
    queues: queuesOf(model).map((role) => ({
      role,
      used: model.used[role],
      kickAt: saysWhereToKick(model) ? model.taken[role] : undefined,
    })),
    faults: [...model.faults].sort(),
    planned: model.planned.length,
  };
}

export function queuesOf(model: Model): QueueRole[] {
  return ROLES.filter((role) => model.has(role));
}

/** A device that needs a reset may have stopped half-way. */
export function saysWhereToKick(model: Model): boolean {
  return model.took(Feature.RING_EVENT_IDX) && !model.needsReset;
}
