import type { BalloonCounters } from "../../../src/balloon/index.ts";
import type { Outcome } from "../../../src/negotiation/index.ts";
import { byId, make, setMood, setText } from "../dom.ts";
import type { Session } from "../machine/session.ts";
import type { GuestPanel } from "./guest-panel.ts";

const CONSEQUENCES: Readonly<Record<Outcome["promise"], string>> = {
  "tells-host":
    "The driver tells the host before it reuses a page. Pages are unlocked when they are given, and locked again before the guest may use them.",
  silent: "The driver may reuse a page before it tells the host. Pages stay locked and are not discarded.",
  "assumed-silent":
    "The driver promises nothing, so the host must assume silent deflate. Pages stay locked and are not discarded.",
  invalid: "The driver chose features that it was not offered.",
};

/** What was offered and taken, and what that leads to. */
export class OutcomePanel implements GuestPanel {
  readonly #outcome = byId("outcome", HTMLElement);
  readonly #reason = byId("reason", HTMLElement);
  readonly #consequence = byId("consequence", HTMLElement);
  readonly #features = byId("features", HTMLElement);
  #shown = "";

  begin(session: Session): void {
    this.show(session.balloon.counters());
  }

  /** Nothing is known of a guest that does not exist yet. */
  end(): void {
    this.show({ outcome: undefined, offered: [], accepted: [] });
  }

  show({ outcome, offered, accepted }: Pick<BalloonCounters, "outcome" | "offered" | "accepted">): void {
    setText(this.#outcome, outcome === undefined ? "Waiting for the driver …" : headline(outcome));
    setMood(
      this.#outcome,
      outcome && (outcome.result === "accepted" && !outcome.driverFault ? "good" : "bad"),
    );
    setText(this.#reason, outcome === undefined ? "" : `${sentence(outcome.reason)}.`);
    setText(this.#consequence, outcome?.result === "accepted" ? CONSEQUENCES[outcome.promise] : "");
    this.#showFeatures(offered, accepted);
  }

  #showFeatures(offered: readonly string[], accepted: readonly string[]): void {
    const key = `${offered.join()};${accepted.join()}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#features.replaceChildren(...offered.map((name) => feature(name, accepted.includes(name))));
  }
}

function headline({ result, lockPolicy, driverFault }: Outcome): string {
  if (result !== "accepted") return "Driver refused";
  return `Accepted, lock policy ${lockPolicy}${driverFault ? " — buggy driver" : ""}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function feature(name: string, taken: boolean): HTMLElement {
  const item = make("li", name, taken ? "taken" : "");
  item.append(make("span", taken ? ", taken" : ", offered only", "hidden"));
  return item;
}
