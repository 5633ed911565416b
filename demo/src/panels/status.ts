import { byId, setMood, setText } from "../dom.ts";
import { count, mib } from "../format.ts";
import type { Session } from "../machine/session.ts";

/** One sentence about what is happening. It is a live region, so it reports where the guest has got to, not every step. */
export class StatusPanel {
  readonly #text = byId("status", HTMLElement);

  say(text: string, mood?: "bad"): void {
    setText(this.#text, text);
    setMood(this.#text, mood);
  }

  show(session: Session): void {
    const trouble = troubleOf(session);
    this.say(trouble ?? progressOf(session), trouble === undefined ? undefined : "bad");
  }
}

function troubleOf({ balloon }: Session): string | undefined {
  const { outcome, needsReset, withheld, owedFrames } = balloon.counters();
  if (outcome !== undefined && outcome.result !== "accepted")
    return "The device does not work with this driver.";
  if (needsReset) return "The device has stopped: DEVICE_NEEDS_RESET. Reset the driver to go on.";
  if (withheld) return "The acknowledgement is withheld: the guest waits until its pages are locked.";
  if (owedFrames > 0) return `${count(owedFrames)} pages of the guest are not locked yet; they are owed.`;
  return undefined;
}

function progressOf({ balloon, settings, guest }: Session): string {
  const { targetFrames, balloonedFrames, actualFrames, outcome } = balloon.counters();
  if (settings.driver === "linux" && outcome === undefined)
    return "Linux is booting. The console shows its progress.";
  if (settings.driver !== "linux" && guest === undefined) return "Booting the guest …";
  if (balloonedFrames === targetFrames && actualFrames === targetFrames) {
    return balloonedFrames === 0
      ? "The guest has all its memory. Move the slider."
      : `The guest has given ${mib(balloonedFrames)}.`;
  }
  return balloonedFrames < targetFrames
    ? `Inflating to ${mib(targetFrames)} …`
    : `Deflating to ${mib(targetFrames)} …`;
}
