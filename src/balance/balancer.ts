import { BalloonDevice } from "../device/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import { check, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { committed, planTargets } from "./plan.ts";
import type { GuestLoad } from "./plan.ts";

/** Options of {@link createBalancer}. */
export interface BalancerOptions {
  /** What all guests together may use of the host's memory, in bytes. */
  readonly budgetBytes: number;
  /** Time between two rounds, in milliseconds. Default 1000. */
  readonly intervalMs?: number;
}

/** The kind of every option of {@link createBalancer}. */
export const BALANCER_OPTIONS: Table<BalancerOptions> = {
  budgetBytes: { needed: { integer: [[1, Number.MAX_SAFE_INTEGER]] } },
  // The longest delay a timer takes: a larger one would fire at once.
  intervalMs: { integer: [[1, 2 ** 31 - 1]] },
};

/** Keeps guests under a common budget, by their balloons: see {@link createBalancer}. */
export interface Balancer {
  /**
   * Takes a guest in. Its device needs stats, and `deflateOnOom` as the net for what grows faster than a round.
   * Returns the function that lets it go; its balloon stays as it is. @throws TypeError for anything but a device
   */
  add(device: BalloonDevice): () => void;
  /** Guest memory that is not in balloons, or shall not stay there, in bytes: what the budget is about. */
  readonly committedBytes: number;
  /** Moves the balloons by what the guests said last, and asks them again. Called by the timer. */
  round(): void;
  /** Ends the rounds. */
  stop(): void;
}

/**
 * Keeps many guests in one process under a budget: asks them regularly what they have available, and moves memory from
 * those that can spare it to those that run short. {@link planTargets} decides.
 * @throws TypeError or RangeError for wrong options
 */
export function createBalancer(options: BalancerOptions): Balancer {
  const { budgetBytes, intervalMs = 1000 } = readOptions("createBalancer", BALANCER_OPTIONS, options);
  const guests = new Set<BalancedGuest>();
  const loads = (): GuestLoad[] => [...guests].map((guest) => guest.load);
  const round = (): void => {
    const targets = planTargets(loads(), Math.floor(budgetBytes / FRAME_BYTES));
    [...guests].forEach((guest, i) => {
      guest.move(targets[i]!);
    });
  };
  const timer = setInterval(round, intervalMs);
  return {
    add: (device) => {
      check("device", { instanceOf: BalloonDevice, called: "a BalloonDevice" }, device);
      const guest = new BalancedGuest(device);
      guests.add(guest);
      return () => {
        guest.leave();
        guests.delete(guest);
      };
    },
    get committedBytes() {
      return loads().reduce((sum, load) => sum + committed(load), 0) * FRAME_BYTES;
    },
    round,
    stop: () => {
      clearInterval(timer);
    },
  };
}

class BalancedGuest {
  readonly #device: BalloonDevice;
  readonly #stop: (() => void)[];
  #unused: number | undefined;

  constructor(device: BalloonDevice) {
    this.#device = device;
    this.#stop = [
      device.events.on("stats", ({ AVAIL }) => {
        if (AVAIL !== undefined) this.#unused = Number(AVAIL) / FRAME_BYTES + device.held.count;
      }),
      device.events.on("reset", () => {
        this.#unused = undefined;
      }),
    ];
    device.requestStats();
  }

  get load(): GuestLoad {
    const { frames, target, held } = this.#device;
    return { frames, target, held: held.count, unused: this.#unused };
  }

  /**
   * Sets the target also when it is the same, as long as the balloon is not there: Linux takes pages out by itself when
   * it runs out of memory, and puts none back until it is told of a change.
   */
  move(target: number): void {
    if (target !== this.#device.target || target !== this.#device.held.count) this.#device.target = target;
    this.#device.requestStats();
  }

  leave(): void {
    for (const stop of this.#stop) stop();
  }
}
