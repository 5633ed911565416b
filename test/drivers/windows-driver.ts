import type { Machine } from "../balloon/harness.ts";

/** Pages in one step of the Windows driver: a page full of 8-byte PFNs. */
const STEP = 512;

/**
 * Plays the Windows balloon driver on x64 through the driver-side mock: gives and takes memory in steps of up to 512
 * pages, sends their PFNs 8 bytes wide in one descriptor, takes whole steps back, and frees (uses) the pages of a step
 * before it tells the device.
 */
export class WindowsDriver {
  readonly #machine: Machine;
  readonly #steps: number[][] = [];
  #nextPage: number;

  /** @param firstPage pages are given from here upwards */
  constructor(machine: Machine, firstPage: number) {
    this.#machine = machine;
    this.#nextPage = firstPage;
  }

  /** Frames that the driver believes it has given. */
  get given(): number[] {
    return this.#steps.flat().sort((a, b) => a - b);
  }

  /** Gives `pages` pages, in steps. */
  inflate(pages: number): void {
    for (let left = pages; left > 0; left -= STEP) {
      const step = Array.from({ length: Math.min(left, STEP) }, () => this.#nextPage++);
      this.#steps.push(step);
      this.#send("inflate", step);
    }
  }

  /** Takes the last step back: writes to its pages, and only then tells the host. Returns them. */
  leak(): number[] {
    const step = this.#steps.pop() ?? [];
    for (const page of step) this.#machine.memory.bytes.fill(0x77, page * 4096, page * 4096 + 4096);
    this.#send("deflate", step);
    return step;
  }

  #send(role: "inflate" | "deflate", pages: readonly number[]): void {
    const wide = pages.flatMap((page) => [page, 0]);
    this.#machine.send(role, this.#machine.pfns(wide));
    this.#machine.driver.writeConfig(4, this.given.length);
  }
}
