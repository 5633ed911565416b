import { byId, setText } from "../dom.ts";
import { missingLinuxFiles } from "../machine/linux.ts";
import type { Settings } from "../machine/settings.ts";

/** The control for the driver. It goes back to the driver before if Linux is chosen and is not there. */
export class DriverChoice {
  readonly #control = byId("driver", HTMLSelectElement);
  readonly #note = byId("linux-note", HTMLElement);
  #before = this.#control.value;

  get value(): Settings["driver"] {
    return this.#control.value as Settings["driver"];
  }

  /** Calls `use` when a driver is chosen that is there. */
  onChange(use: () => void): void {
    this.#control.addEventListener("change", () => {
      void this.#isThere().then((isThere) => {
        if (isThere) use();
      });
    });
  }

  async #isThere(): Promise<boolean> {
    const missing = this.value === "linux" ? await missingLinuxFiles() : [];
    const isThere = missing.length === 0;
    const files = new Intl.ListFormat("en").format(missing);
    setText(
      this.#note,
      isThere ? "" : `To boot Linux, put ${files} into the folder “linux” beside this page.`,
    );
    if (isThere) this.#before = this.value;
    else this.#control.value = this.#before;
    return isThere;
  }
}
