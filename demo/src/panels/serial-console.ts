import { byId, setText } from "../dom.ts";
import type { Session } from "../machine/session.ts";
import type { GuestPanel } from "./guest-panel.ts";
import type { TerminalView } from "./terminal-view.ts";

const HELP_TINY =
  "Type a command and press Enter: report, check, status, fragment 2, abuse list. Tab leaves the console.";
const HELP_LINUX =
  "A shell that reads lines and prints no prompt: try free, or grep balloon /proc/vmstat. Tab leaves the console.";

/** Bytes of output that are kept for a terminal that is not drawn yet. */
const KEPT = 65_536;

/** The guest's serial port. Its terminal is loaded and drawn when it first comes into view. */
export class SerialConsolePanel implements GuestPanel {
  readonly #box = byId("terminal", HTMLElement);
  readonly #help = byId("console-help", HTMLElement);
  #view: TerminalView | undefined;
  #output: number[] = [];
  #session: Session | undefined;
  #echo = true;

  constructor() {
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void draw();
      },
      { rootMargin: "100px" },
    );
    const draw = async (): Promise<void> => {
      seen.disconnect();
      await this.#draw();
    };
    seen.observe(this.#box);
  }

  /** A new guest is connected to the port. */
  begin(session: Session): void {
    this.#session = session;
    this.#echo = session.settings.driver !== "linux";
    setText(this.#help, this.#echo ? HELP_TINY : HELP_LINUX);
    this.#output = [];
    this.#view?.reset();
  }

  end(): void {
    this.#session = undefined;
  }

  write(byte: number): void {
    if (this.#view !== undefined) {
      this.#view.write(Uint8Array.of(byte));
      return;
    }
    this.#output.push(byte);
    if (this.#output.length > 2 * KEPT) this.#output = this.#output.slice(-KEPT);
  }

  async #draw(): Promise<void> {
    const { TerminalView } = await import("./terminal-view.ts");
    const focused = document.activeElement === this.#box;
    this.#box.removeAttribute("tabindex");
    this.#view = new TerminalView(this.#box, (data) => {
      this.#type(data);
    });
    this.#view.write(Uint8Array.from(this.#output));
    this.#output = [];
    if (focused) this.#view.focus();
  }

  /** The embedded guest does not echo, and takes whole lines. */
  #type(data: string): void {
    const text = data.replaceAll("\r", "\n");
    if (this.#echo) this.#view?.write(text);
    this.#session?.emulator.serial0_send(text);
  }
}
