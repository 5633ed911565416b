import { byId, make, setText } from "../dom.ts";
import { messageOf, MIB, mibOfBytes } from "../format.ts";
import { savedSize } from "../machine/saved-size.ts";
import type { SavedSize } from "../machine/saved-size.ts";
import type { Session } from "../machine/session.ts";
import type { GuestPanel } from "./guest-panel.ts";

const KEPT = 5;

/** Sizes of the machine's saved state, measured on demand: newest first. */
export class SavedStatesPanel implements GuestPanel {
  readonly #button = byId("measure", HTMLButtonElement);
  readonly #text = byId("saved-text", HTMLElement);
  readonly #table = byId("saves", HTMLTableElement);
  readonly #rows = this.#table.tBodies[0]!;
  #session: Session | undefined;

  constructor() {
    this.#button.addEventListener("click", () => {
      void this.measure();
    });
  }

  /** A new guest: sizes of the previous one mean nothing for it. */
  begin(session: Session): void {
    this.#session = session;
    this.#rows.replaceChildren();
    this.#table.hidden = true;
    setText(this.#text, "");
  }

  end(): void {
    this.#session = undefined;
  }

  /** Saves the machine and shows how large the state is, raw and compressed, and how large without a balloon. */
  async measure(): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#button.disabled) return;
    this.#button.disabled = true;
    try {
      const size = await savedSize(session.emulator, session);
      if (session === this.#session) this.#show(size);
    } catch (error) {
      if (session === this.#session) setText(this.#text, messageOf(error));
    } finally {
      this.#button.disabled = false;
    }
  }

  #show({ ballooned, without, state, compressed }: SavedSize): void {
    setText(
      this.#text,
      `The state takes ${mibOfBytes(state)}. Without a balloon it would take ${mibOfBytes(without)}.`,
    );
    this.#table.hidden = false;
    const sizes = [ballooned, without, state, compressed];
    this.#rows.insertRow(0).append(...sizes.map((bytes) => make("td", (bytes / MIB).toFixed(1))));
    while (this.#rows.rows.length > KEPT) this.#rows.deleteRow(-1);
  }
}
