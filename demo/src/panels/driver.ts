import type { BalloonCounters, BrokenRule } from "../../../src/balloon/index.ts";
import { byId, make, setMood, setText } from "../dom.ts";
import { count, messageOf } from "../format.ts";
import type { Session } from "../machine/session.ts";
import { actionsOf } from "./actions.ts";
import { compare } from "./agreement.ts";
import type { TracePlayer } from "../trace/player.ts";
import type { Follower } from "./follower.ts";
import type { GuestPanel } from "./guest-panel.ts";

/** What the driver can be told to do, what it did, and which rules it broke. */
export class DriverPanel implements GuestPanel, Follower {
  readonly #actions = byId("actions", HTMLElement);
  readonly #agreement = byId("agreement", HTMLElement);
  readonly #counts = byId("counts", HTMLElement);
  readonly #rules = byId("rules", HTMLElement);
  readonly #rulesTitle = byId("rules-title", HTMLElement);
  #shown = "";
  #pinned = false;

  /** A new guest: it has other actions, and nothing is known of it yet. */
  begin(session: Session): void {
    this.#pinned = session.locks !== undefined;
    this.#tell("");
    const buttons = actionsOf(session.settings.driver).map(({ label, run }) =>
      this.#button(label, session, (guest) => run(guest).then(() => "")),
    );
    if (session.settings.driver !== "linux") buttons.unshift(this.#compareButton(session));
    this.#actions.replaceChildren(...buttons);
  }

  end(): void {
    this.#actions.replaceChildren();
  }

  follow(player: TracePlayer | undefined): void {
    for (const part of [this.#actions, this.#agreement, this.#rulesTitle, this.#rules])
      part.hidden = player !== undefined;
    if (player !== undefined) this.#show(recordedCountsOf(player), []);
  }

  show(counters: BalloonCounters): void {
    this.#show(countsOf(counters, this.#pinned), counters.broken);
  }

  #show(counts: readonly NamedCount[], broken: readonly BrokenRule[]): void {
    const key = JSON.stringify([counts, broken]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#counts.replaceChildren(
      ...counts.flatMap(([name, value]) => [make("dt", name), make("dd", count(value))]),
    );
    const rules = broken.map(ruleItem);
    this.#rules.replaceChildren(...(rules.length > 0 ? rules : [make("li", "None so far.", "note")]));
  }

  #compareButton(session: Session): HTMLButtonElement {
    return this.#button("Compare with the guest", session, async (guest) => {
      const { agreed, text } = await compare(guest, session.balloon.device.pages);
      this.#tell(text, agreed ? "good" : "bad");
      return text;
    });
  }

  #button(
    label: string,
    session: Session,
    act: (guest: NonNullable<Session["guest"]>) => Promise<string>,
  ): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => {
      if (session.guest === undefined) return;
      act(session.guest).catch((error: unknown) => {
        this.#tell(messageOf(error), "bad");
      });
    });
    return button;
  }

  #tell(text: string, mood?: "good" | "bad"): void {
    setText(this.#agreement, text);
    setMood(this.#agreement, mood);
  }
}

type NamedCount = readonly [name: string, value: number];

function countsOf({ batches, host, faults, owedFrames }: BalloonCounters, pinned: boolean): NamedCount[] {
  const locks: NamedCount[] = [
    ["Pages unlocked", host.unlockedFrames],
    ["Pages locked again", host.lockedFrames],
    ["Locks failed", host.lockFailures],
    ["Locks owed", owedFrames],
  ];
  return [
    ["Inflate batches", batches.inflate],
    ["Deflate batches", batches.deflate],
    ["Pages zeroed", host.discardedFrames],
    ...(pinned ? locks : []),
    ["Bad input", Object.values(faults).reduce((sum, times) => sum + times, 0)],
  ];
}

function recordedCountsOf({ counts, ballooned, trace }: TracePlayer): NamedCount[] {
  return [
    ["Ballooned now", ballooned],
    ["Unlocked now, if the host pins memory", ballooned],
    ["Locked now, if the host pins memory", trace.guestFrames - ballooned],
    ["Inflate batches", counts.inflateBatches],
    ["Deflate batches", counts.deflateBatches],
    ["Report batches", counts.reportBatches],
    ["Hint batches", counts.hintBatches],
    ["Pages given", counts.givenFrames],
    ["Pages taken back", counts.takenBackFrames],
    ["Pages hinted", counts.hintedFrames],
    ["Pages reported", counts.reportedFrames],
    ["PFNs that changed nothing", counts.redundantPfns],
    ["PFNs out of range", counts.outOfRangePfns],
  ];
}

function ruleItem({ rule, says, times, first }: BrokenRule): HTMLElement {
  const item = make("li", "");
  item.append(
    make("strong", rule),
    ` The driver ${says}. `,
    make("span", `${times}×, first at ${first}`, "note"),
  );
  return item;
}
