import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";

/** A terminal that takes all of its box. */
export class TerminalView {
  readonly #terminal: Terminal;

  /** @param typed called with what the user types */
  constructor(box: HTMLElement, typed: (data: string) => void) {
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
    this.#terminal.onData(typed);
    new ResizeObserver(() => {
      if (box.clientWidth > 0) fit.fit();
    }).observe(box);
  }

  write(data: string | Uint8Array): void {
    this.#terminal.write(data);
  }

  reset(): void {
    this.#terminal.reset();
  }

  focus(): void {
    this.#terminal.focus();
  }
}
