import type { BalloonDevice } from "../device/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import { committed, planTargets } from "./plan.ts";
import type { GuestLoad } from "./plan.ts";

/** Options of {@link createBalancer}. */
export interface BalancerOptions {
  /** What all guests together may use of the host's memory, in bytes. */
  readonly budgetBytes: number;
  /** Time between two rounds, in milliseconds. Default 1000. */
  readonly intervalMs?: number;
}

/** Keeps guests under a common budget, by their balloons: see {@link createBalancer}. */
export interface Balancer {
  /**
   * Takes a guest in. Its device needs stats, and `deflateOnOom` as the net for what grows faster than a round.
   * Returns the function that lets it go; its balloon stays as it is.
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
 * @throws TypeError unless the budget and the interval are numbers, RangeError unless they are positive
 */
export function createBalancer(options: BalancerOptions): Balancer {
  if (typeof options !== "object")
    throw new TypeError(`options: expected { budgetBytes }, got ${typeof options}`);
  const { budgetBytes, intervalMs = 1000 } = options;
  checkPositive("budgetBytes", budgetBytes);
  checkPositive("intervalMs", intervalMs);
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

function checkPositive(name: string, value: number): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!(value > 0)) throw new RangeError(`${name} must be positive, got ${value}`);
}
