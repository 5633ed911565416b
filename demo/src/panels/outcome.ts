import type { BalloonCounters } from "../../../src/balloon/index.ts";
import type { Outcome } from "../../../src/negotiation/index.ts";
import { byId, make, setMood, setText } from "../dom.ts";
import type { Session } from "../machine/session.ts";
import type { TracePlayer } from "../trace/player.ts";
import type { Follower } from "./follower.ts";
import type { GuestPanel } from "./guest-panel.ts";

const RECORDED =
  "A recording has what the driver sent, not what was negotiated. This Linux took WILL_TELL_HOST: it tells the host before it reuses a page.";

const RECORDED_LOCKS =
  "So a host that pins memory keeps every page in RAM, except those that are unlocked: it unlocks a page when the guest gives it, and locks it before the guest has it back.";

const PROMISES: Readonly<Record<Outcome["promise"], string>> = {
  "tells-host": "The driver tells the host before it reuses a page.",
  silent: "The driver may reuse a page before it tells the host.",
  "assumed-silent": "The driver promises nothing, so the host must assume silent deflate.",
  invalid: "The driver chose features that it was not offered.",
};

const LOCKS: Readonly<Record<Outcome["lockPolicy"], string>> = {
  on: "Pages are unlocked when they are given, and locked again before the guest may use them.",
  off: "Pages stay locked and are not discarded.",
};

const NO_LOCKS = "Memory is plain here, so there is nothing to unlock: pages are zeroed when they are given.";

/** What was offered and taken, and what that leads to. */
export class OutcomePanel implements GuestPanel, Follower {
  readonly #outcome = byId("outcome", HTMLElement);
  readonly #reason = byId("reason", HTMLElement);
  readonly #consequence = byId("consequence", HTMLElement);
  readonly #features = byId("features", HTMLElement);
  readonly #featuresTitle = byId("features-title", HTMLElement);
  #shown = "";
  #pinned = false;
  #recording = false;

  begin(session: Session): void {
    this.#pinned = session.locks !== undefined;
    this.show(session.balloon.counters());
  }

  /** Nothing is known of a guest that does not exist yet. */
  end(): void {
    this.show({ outcome: undefined, offered: [], accepted: [] });
  }

  /** A recording has what a driver sent to its queues, which says nothing of features. */
  follow(player: TracePlayer | undefined): void {
    this.#recording = player !== undefined;
    if (!this.#recording) return;
    setText(this.#outcome, "Not in the recording");
    setMood(this.#outcome, undefined);
    setText(this.#reason, RECORDED);
    setText(this.#consequence, RECORDED_LOCKS);
    this.#showFeatures([], []);
  }

  show({ outcome, offered, accepted }: Pick<BalloonCounters, "outcome" | "offered" | "accepted">): void {
    if (this.#recording) return;
    setText(this.#outcome, outcome === undefined ? "Waiting for the driver …" : headline(outcome));
    setMood(
      this.#outcome,
      outcome && (outcome.result === "accepted" && !outcome.driverFault ? "good" : "bad"),
    );
    setText(this.#reason, outcome === undefined ? "" : `${sentence(outcome.reason)}.`);
    setText(this.#consequence, outcome?.result === "accepted" ? this.#consequenceOf(outcome) : "");
    this.#showFeatures(offered, accepted);
  }

  #consequenceOf({ promise, lockPolicy }: Outcome): string {
    return `${PROMISES[promise]} ${this.#pinned ? LOCKS[lockPolicy] : NO_LOCKS}`;
  }

  #showFeatures(offered: readonly string[], accepted: readonly string[]): void {
    const key = `${offered.join()};${accepted.join()}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#featuresTitle.hidden = offered.length === 0;
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
