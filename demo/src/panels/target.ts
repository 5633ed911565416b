import type { Balloon } from "../../../src/balloon/index.ts";
import { FRAME_BYTES } from "../../../src/memory/index.ts";
import { byId, setText } from "../dom.ts";
import { MIB, mib } from "../format.ts";
import type { Session } from "../machine/session.ts";
import type { GuestPanel } from "./guest-panel.ts";

const STEP_MIB = 8;

/** Slider, number and buttons for what the guest is asked to give. */
export class TargetPanel implements GuestPanel {
  readonly #slider = byId("target-slider", HTMLInputElement);
  readonly #number = byId("target-number", HTMLInputElement);
  readonly #figures = byId("figures", HTMLElement);
  #session: Session | undefined;

  constructor() {
    byId("live-controls", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
    });
    this.#slider.addEventListener("input", () => {
      this.#ask(this.#slider.valueAsNumber);
    });
    this.#number.addEventListener("change", () => {
      this.#ask(this.#number.valueAsNumber || 0);
    });
    this.#step("inflate", STEP_MIB);
    this.#step("deflate", -STEP_MIB);
  }

  begin(session: Session): void {
    this.#session = session;
  }

  end(): void {
    this.#session = undefined;
  }

  show({ balloon: { device } }: Session): void {
    const max = String(guestMib(device));
    const target = String(device.target / MIB);
    this.#slider.max = this.#number.max = max;
    this.#slider.value = target;
    this.#slider.setAttribute("aria-valuetext", `${target} of ${max} MiB`);
    // What is being typed is not the target yet.
    if (document.activeElement !== this.#number) this.#number.value = target;
    setText(
      this.#figures,
      `holds ${mib(device.pages.count)} · driver says ${mib(device.actual / FRAME_BYTES)}`,
    );
  }

  #step(button: string, step: number): void {
    byId(button, HTMLButtonElement).addEventListener("click", () => {
      this.#ask(this.#slider.valueAsNumber + step);
    });
  }

  #ask(target: number): void {
    if (this.#session === undefined) return;
    const { device } = this.#session.balloon;
    device.target = MIB * Math.max(0, Math.min(Math.round(target), guestMib(device)));
    this.#number.value = String(device.target / MIB);
    this.show(this.#session);
  }
}

function guestMib({ frames }: Balloon): number {
  return (frames * FRAME_BYTES) / MIB;
}
