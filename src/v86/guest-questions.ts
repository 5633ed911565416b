import type { Balloon, GuestStats } from "../balloon/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";
import { Feature, hasFeature } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import { deviceOf } from "../virtio/virtio-face.ts";
import { Answers } from "./answers.ts";
import type { Answer } from "./answers.ts";

/** What a device can be asked for; see {@link GuestQuestions}. */
type Question = "STATS_VQ" | "FREE_PAGE_HINT";

const STARTED = "the driver has not started the device";
const NEEDS_RESET = "the device needs a reset";
const DISPOSED = "the balloon was disposed of";

/** Asks the guest's driver for statistics and free pages. Every caller gets exactly one answer. */
export class GuestQuestions {
  readonly #device: Balloon;
  readonly #runs: () => boolean;
  readonly #stats = new Answers<Record<string, number>>({});
  readonly #bytes = new Answers<number>(0);

  /**
   * @param runs whether the machine runs; a question to a stopped machine waits, because asking writes guest memory
   * @param outside runs its argument when the machine is in order, because answers call host code
   */
  constructor(device: Balloon, runs: () => boolean, outside: (work: () => void) => void) {
    this.#device = device;
    this.#runs = runs;
    device.on("stats", (stats) => {
      outside(() => {
        this.#stats.give(numbersOf(stats));
      });
    });
    device.on("hint", () => {
      this.#bytes.extend();
    });
    device.on("hint-done", (frames) => {
      // A run also ends if its driver is reset.
      const reason = whyNot(device, "FREE_PAGE_HINT");
      outside(() => {
        this.#bytes.give(frames * FRAME_BYTES, reason);
      });
    });
    const refuse = (reason: string): void => {
      outside(() => {
        this.#stats.refuse(reason);
        this.#bytes.refuse(reason);
      });
    };
    device.on("reset", () => {
      // A device starts its disposal with a reset.
      refuse(device.disposed ? DISPOSED : "the device was reset");
    });
    device.on("needs-reset", () => {
      refuse(NEEDS_RESET);
    });
  }

  stats(callback: Answer<Record<string, number>>): void {
    const reason = whyNot(this.#device, "STATS_VQ");
    if (reason !== undefined) {
      callback({}, reason);
      return;
    }
    this.#stats.add(callback);
    // If the driver has left no buffer, it is already preparing statistics, so there is no need to ask.
    if (this.#runs()) this.#device.requestStats();
  }

  freePages(callback: Answer<number>): void {
    const reason = whyNot(this.#device, "FREE_PAGE_HINT");
    if (reason !== undefined) callback(0, reason);
    else if (this.#bytes.awaited || this.#device.requestFreePages()) this.#bytes.add(callback);
    else callback(0, "the driver has not set up the queue");
  }

  /** The machine runs: asks the questions that waited for it. */
  started(): void {
    if (this.#stats.awaited) this.#device.requestStats();
  }
}

/** Returns why the guest cannot be asked now, or undefined if it can. */
function whyNot(device: Balloon, question: Question): string | undefined {
  const { disposed } = device;
  const virtio = deviceOf(device);
  if (disposed) return DISPOSED;
  if (!virtio.has(Status.DRIVER_OK)) return STARTED;
  if (virtio.has(Status.NEEDS_RESET)) return NEEDS_RESET;
  return hasFeature(virtio.accepted, Feature[question]) ? undefined : `the driver did not take ${question}`;
}

function numbersOf(stats: GuestStats): Record<string, number> {
  return Object.fromEntries(Object.entries(stats).map(([name, value]) => [name, Number(value)]));
}
