import { FRAME_BYTES } from "../memory/index.ts";
import { Feature, hasFeature } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import { ConfigField } from "./config.ts";
import type { BalloonParts } from "./parts.ts";
import type { GuestStats } from "./queues/stats.ts";
import { WaitError, Waits } from "./wait.ts";
import type { WaitFailure, WaitOptions } from "./wait.ts";

/** What each failure is in words, after the name of the method. */
const WORDS: Readonly<Record<WaitFailure, string>> = {
  timeout: "the guest made no progress for the time allowed",
  unavailable: "no running driver has accepted the feature",
  superseded: "the target was changed meanwhile",
  reset: "the device was reset",
  "needs-reset": "the device needs a reset",
  disposed: "the balloon was disposed of",
};

/** The questions to the guest that a host can wait for. */
export class GuestWaits {
  readonly #parts: BalloonParts;
  readonly #waits: Waits;
  /** Callers that wait for statistics. */
  #statsWaits = 0;

  constructor(parts: BalloonParts) {
    this.#parts = parts;
    this.#waits = new Waits(parts.events, parts.timer);
  }

  /** Looks whether waits have ended, because the target or the whole state has changed. */
  look(): void {
    this.#waits.look();
  }

  /** Whether somebody waits for statistics. */
  get wantsStats(): boolean {
    return this.#statsWaits > 0;
  }

  /** Waits until guest and device agree on the target that `ask` sets, in frames. Resolves with it in bytes. */
  target(wanted: number, options: WaitOptions, ask: () => void): Promise<number> {
    const { config, ballooned, virtio } = this.#parts;
    // A driver resets the device when it comes up, which ends nothing.
    let up = virtio.has(Status.DRIVER_OK);
    return this.#waits.start(options, {
      ask,
      events: ["actual", "inflate", "deflate", "negotiated", "reset"],
      answer: (event) => {
        if (config.get(ConfigField.NUM_PAGES) !== wanted) throw this.#failed("inflateTo", "superseded");
        if (event === "reset" && up) throw this.#failed("inflateTo", this.#gone);
        up ||= virtio.has(Status.DRIVER_OK);
        // A driver that takes pages back silently leaves them in the page set.
        const agreed = config.get(ConfigField.ACTUAL) === wanted && ballooned.tracker.count >= wanted;
        return agreed && up ? wanted * FRAME_BYTES : undefined;
      },
      failure: (reason) => this.#failed("inflateTo", reason),
    });
  }

  /** Waits for new statistics, which `ask` asks the driver for. */
  async stats(options: WaitOptions, ask: () => void): Promise<GuestStats> {
    this.#statsWaits++;
    try {
      return await this.#waits.start<GuestStats>(options, {
        ask,
        events: ["stats", "reset"],
        answer: (event, value) => {
          this.#demand("stats", Feature.STATS_VQ, event);
          return event === "stats" ? (value as GuestStats) : undefined;
        },
        failure: (reason) => this.#failed("stats", reason),
      });
    } finally {
      this.#statsWaits--;
    }
  }

  /** Waits for the end of the hinting run that `ask` starts. Resolves with the size of the free pages in bytes. */
  freePages(options: WaitOptions, ask: () => void): Promise<number> {
    return this.#waits.start<number>(options, {
      ask,
      events: ["hint", "hint-done", "reset"],
      answer: (event, value) => {
        this.#demand("cleanup", Feature.FREE_PAGE_HINT, event);
        return event === "hint-done" ? (value as number) * FRAME_BYTES : undefined;
      },
      failure: (reason) => this.#failed("cleanup", reason),
    });
  }

  /** @throws WaitError if the guest cannot answer, or can no longer */
  #demand(method: string, feature: number, event: string | undefined): void {
    const { virtio } = this.#parts;
    if (virtio.has(Status.NEEDS_RESET)) throw this.#failed(method, "needs-reset");
    if (virtio.has(Status.DRIVER_OK) && hasFeature(virtio.accepted, feature)) return;
    throw this.#failed(method, event === undefined ? "unavailable" : this.#gone);
  }

  /** A device starts its disposal with a reset. */
  get #gone(): WaitFailure {
    return this.#parts.scheduler.disposed ? "disposed" : "reset";
  }

  #failed(method: string, reason: WaitFailure): WaitError {
    const ballooned = this.#parts.ballooned.tracker.count * FRAME_BYTES;
    const target = this.#parts.config.get(ConfigField.NUM_PAGES) * FRAME_BYTES;
    const far =
      method === "inflateTo" ? ` (${ballooned} bytes are in the balloon, the target is ${target})` : "";
    return new WaitError(`${method}: ${WORDS[reason]}${far}`, reason, ballooned);
  }
}
