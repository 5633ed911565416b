import { FRAME_BYTES } from "../../../src/memory/index.ts";
import { byId, make } from "../dom.ts";
import { MIB } from "../format.ts";
import type { Session } from "../machine/session.ts";
import type { GuestPanel } from "./guest-panel.ts";

const KEPT = 5;

/** Sizes of the machine's saved state, measured on demand: newest first. */
export class SavedStatesPanel implements GuestPanel {
  readonly #button = byId("measure", HTMLButtonElement);
  readonly #rows = byId("saves", HTMLTableElement).tBodies[0]!;
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
  }

  end(): void {
    this.#session = undefined;
  }

  /** Saves the machine and shows how large the state is, raw and compressed, and how large without the balloon. */
  async measure(): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#button.disabled) return;
    this.#button.disabled = true;
    try {
      const ballooned = session.balloon.ballooned;
      const { droppedFrames } = session.memory.look();
      const state = await session.emulator.save_state();
      const compressed = await gzipSize(state);
      const without = state.byteLength + droppedFrames * FRAME_BYTES;
      if (session === this.#session) this.#add(ballooned, without, state.byteLength, compressed);
    } finally {
      this.#button.disabled = false;
    }
  }

  #add(...sizes: readonly number[]): void {
    const row = this.#rows.insertRow(0);
    row.append(...sizes.map((bytes) => make("td", (bytes / MIB).toFixed(1))));
    while (this.#rows.rows.length > KEPT) this.#rows.deleteRow(-1);
  }
}

async function gzipSize(state: ArrayBuffer): Promise<number> {
  const compressed = new Blob([state]).stream().pipeThrough(new CompressionStream("gzip"));
  let bytes = 0;
  await compressed.pipeTo(
    new WritableStream<Uint8Array>({
      write: (chunk) => {
        bytes += chunk.length;
      },
    }),
  );
  return bytes;
}
