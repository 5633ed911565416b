import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { byId, setText } from "../dom.ts";
import type { Session } from "../machine/session.ts";
import type { GuestPanel } from "./guest-panel.ts";

const HELP_TINY =
  "Type a command and press Enter: report, check, status, fragment 2, abuse list. Tab leaves the console.";
const HELP_LINUX =
  "A shell that reads lines and prints no prompt: try free, or grep balloon /proc/vmstat. Tab leaves the console.";

/** The guest's serial port. */
export class SerialConsolePanel implements GuestPanel {
  readonly #terminal: Terminal;
  readonly #help = byId("console-help", HTMLElement);
  #session: Session | undefined;
  #echo = true;

  constructor() {
    const box = byId("terminal", HTMLElement);
    const style = getComputedStyle(box);
    this.#terminal = new Terminal({
      convertEol: true,
      fontSize: 13,
      fontFamily: style.getPropertyValue("--mono"),
      screenReaderMode: true,
      scrollback: 2000,
      theme: { background: style.getPropertyValue("--terminal"), foreground: "#dfe4ec", cursor: "#8ea6ff" },
    });
    const fit = new FitAddon();
    this.#terminal.loadAddon(fit);
    this.#terminal.open(box);
    // Tab must move on to the next control, or a keyboard user could never leave.
    this.#terminal.attachCustomKeyEventHandler(({ key }) => key !== "Tab");
    this.#terminal.onData((data) => {
      this.#type(data);
    });
    new ResizeObserver(() => {
      fit.fit();
    }).observe(box);
  }

  /** A new guest is connected to the port. */
  begin(session: Session): void {
    this.#session = session;
    this.#echo = session.settings.driver !== "linux";
    setText(this.#help, this.#echo ? HELP_TINY : HELP_LINUX);
    this.#terminal.reset();
  }

  end(): void {
    this.#session = undefined;
  }

  write(byte: number): void {
    this.#terminal.write(Uint8Array.of(byte));
  }

  /** The embedded guest does not echo, and takes whole lines. */
  #type(data: string): void {
    const text = data.replaceAll("\r", "\n");
    if (this.#echo) this.#terminal.write(text);
    this.#session?.emulator.serial0_send(text);
  }
}
