import type { Balloon, GuestStats } from "../balloon/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import { Feature, hasFeature } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import { deviceOf } from "../virtio/virtio-face.ts";
import { Answers } from "./answers.ts";
import type { Answer } from "./answers.ts";

/** What a device is asked for; see {@link GuestQuestions}. */
type Question = "STATS_VQ" | "FREE_PAGE_HINT";

const STARTED = "the driver has not started the device";
const NEEDS_RESET = "the device needs a reset";
const DISPOSED = "the balloon was disposed of";

/** Statistics and free pages, which the guest's driver has to give: every caller gets an answer, and only one. */
export class GuestQuestions {
  readonly #device: Balloon;
  readonly #runs: () => boolean;
  readonly #stats = new Answers<Record<string, number>>({});
  readonly #bytes = new Answers<number>(0);

  /**
   * @param runs whether the machine runs: what is asked of one that is stopped waits, since it writes guest memory
   * @param outside runs what it is given when the machine is in order: answers are the host's own code
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
      // A run also ends with its driver.
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
      // The end of a device begins with a reset.
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
    // Without a buffer of the driver's there is nothing to ask with: it is at it already.
    if (this.#runs()) this.#device.requestStats();
  }

  freePages(callback: Answer<number>): void {
    const reason = whyNot(this.#device, "FREE_PAGE_HINT");
    if (reason !== undefined) callback(0, reason);
    else if (this.#bytes.awaited || this.#device.requestFreePages()) this.#bytes.add(callback);
    else callback(0, "the driver has not set up the queue");
  }

  /** The machine runs: asks what waited for that. */
  started(): void {
    if (this.#stats.awaited) this.#device.requestStats();
  }
}

/** Why the guest cannot be asked now; undefined when it can. */
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
