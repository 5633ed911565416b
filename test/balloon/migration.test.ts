import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeSnapshot, encodeSnapshot } from "../../src/balloon/index.ts";
import type { BalloonOptions, BalloonState } from "../../src/balloon/index.ts";
import { Feature, featureSet, hasFeature } from "../../src/negotiation/index.ts";
import type { DeviceClass, DeviceRevision } from "../../src/negotiation/index.ts";
import { pinned, unpinned } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { modelOf } from "./internals.ts";

const SMALL = { frames: 64, scratch: 16, spare: 0x20000 } as const;
const SILENT_BIT = 50;
const BASE = featureSet(Feature.VERSION_1, Feature.STATS_VQ);
const WILL = featureSet(Feature.WILL_TELL_HOST);
const SILENT = featureSet(SILENT_BIT);
const CLASSES: readonly DeviceClass[] = ["never", "optional", "always"];

/** What the driver took, in the words of the page; undefined: there is no driver yet. */
const TOOK: Readonly<Record<string, bigint | undefined>> = {
  "nothing yet": undefined,
  neither: BASE,
  WILL_TELL_HOST: BASE | WILL,
  SILENT_DEFLATE: BASE | SILENT,
  both: BASE | WILL | SILENT,
};

interface Row {
  readonly revision: DeviceRevision;
  readonly took: string;
  readonly cells: Readonly<Record<DeviceClass, string>>;
}

/** The table in docs/negotiation.md. */
const rows: readonly Row[] = readFileSync("docs/negotiation.md", "utf8")
  .split("\n")
  .filter((line) => /^\| [12] +\|/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, revision, took, never, optional, always]) => ({
    revision: Number(revision) as DeviceRevision,
    took: took!,
    cells: { never: never!, optional: optional!, always: always! },
  }));

/** The classes whose devices can have such a guest. */
function sources({ revision, took }: Row): readonly DeviceClass[] {
  if (revision === 1) return ["always"];
  const needsSilence = took !== "nothing yet" && took !== "WILL_TELL_HOST";
  return needsSilence ? ["optional", "always"] : CLASSES;
}

function saved({ revision, took }: Row, silentDeflate: DeviceClass): Machine {
  const machine = pinned({ ...SMALL, silentDeflate, silentDeflateBit: SILENT_BIT, revision });
  const features = TOOK[took];
  if (features !== undefined) machine.up(features, 8).inflate(5);
  return machine;
}

/** What becomes of the guest, in the words of the page. */
function outcomeOf({ device }: Machine, refusal: string | undefined): string {
  if (refusal !== undefined) return "refused";
  const { outcome } = device.counters();
  if (outcome === undefined) return "goes on";
  return `policy ${outcome.lockPolicy}${outcome.driverFault ? ", buggy" : ""}`;
}

function blamed({ device }: Machine): boolean {
  return device.counters().broken.some(({ rule }) => rule === "DRV-F1");
}

test("the page has a row for everything that a driver of each revision can have taken", () => {
  const written = rows.map(({ revision, took }) => `${revision} ${took}`);
  const twos = Object.keys(TOOK).map((took) => `2 ${took}`);
  const ones = ["1 nothing yet", "1 neither", "1 SILENT_DEFLATE"];
  expect(written.sort()).toEqual([...ones, ...twos].sort());
});

describe.each(rows)("a guest of revision $revision that took $took", (row) => {
  for (const from of sources(row)) {
    test.each(CLASSES)(`goes from class ${from} to class %s as the page says`, (to) => {
      const machine = saved(row, from);
      const { offeredFeatures: offered } = modelOf(machine.device);
      const refusal = machine.migrate({ silentDeflate: to, revision: 2 });
      expect(outcomeOf(machine, refusal)).toBe(row.cells[to]);
      if (refusal !== undefined) {
        expect([machine.ballooned, machine.device.state().revision]).toEqual([[], 2]);
        return;
      }
      const inForce = to === "never" ? offered & ~SILENT : offered;
      expect([machine.device.state().revision, machine.driver.offered]).toEqual([row.revision, inForce]);
      expect(machine.ballooned).toEqual(TOOK[row.took] === undefined ? [] : [5]);
      const wasAsked = row.revision === 2 && TOOK[row.took] !== undefined;
      expect(blamed(machine)).toBe(wasAsked && !hasFeature(TOOK[row.took]!, Feature.WILL_TELL_HOST));
      machine.driver.reset();
      expect([machine.device.state().revision, machine.driver.offered]).toEqual([row.revision, inForce]);
    });
  }
});

describe("the offer of a saved state stays in force", () => {
  const old = { silentDeflate: "always", revision: 1, silentDeflateBit: SILENT_BIT } as const;

  test("over any number of moves, as bytes, and over resets of the guest", () => {
    const machine = pinned({ ...SMALL, ...old }).up(BASE, 8);
    const { offered } = machine.driver;
    for (const silentDeflate of ["optional", "always", "optional"] as const) {
      const bytes = (state: BalloonState): BalloonState => decodeSnapshot(encodeSnapshot(state));
      expect(machine.migrate({ silentDeflate, revision: 2 }, bytes)).toBeUndefined();
      expect([machine.driver.offered, machine.device.state().offered]).toEqual([offered, offered]);
      machine.up(BASE, 8);
      expect(machine.device.counters().outcome).toMatchObject({
        promise: "assumed-silent",
        driverFault: false,
      });
      expect(blamed(machine)).toBe(false);
    }
  });

  test("and a later driver is checked against it", () => {
    const machine = pinned({ ...SMALL, ...old });
    expect(machine.migrate({ silentDeflate: "optional", revision: 2 })).toBeUndefined();
    expect(machine.driver.negotiate(BASE | WILL)).toBe(false);
    expect(machine.device.counters().outcome).toMatchObject({ promise: "invalid" });
  });

  test("with the number of each queue, whatever the numbering", () => {
    for (const queueNumbering of ["negotiated", "offered", "spec"] as const) {
      const few = { stats: false, freePageHint: false, freePageReporting: true, queueNumbering };
      const machine = unpinned({ ...SMALL, ...few });
      const index = queueNumbering === "spec" ? 4 : 2;
      expect(machine.driver.negotiate((BASE & ~2n) | WILL | featureSet(Feature.PAGE_REPORTING))).toBe(true);
      const queue = machine.driver.queue(index, 8);
      machine.driver.ready();
      expect(machine.migrate({ stats: true, freePageHint: true })).toBeUndefined();
      queue.add({ address: 0x3000, bytes: 0x1000, writable: true });
      queue.kick();
      expect(machine.host.zeroed).toEqual([3]);
    }
  });

  test("while a refused state leaves the previous offer in force", () => {
    const machine = pinned({ ...SMALL, ...old });
    expect(machine.device.restore({ ...machine.device.state(), memory: Uint32Array.of(0, 7) })).toContain(
      "other guest memory",
    );
    expect([machine.device.state().revision, hasFeature(machine.driver.offered, 0)]).toEqual([1, false]);
  });
});

describe("a feature that the host cannot provide", () => {
  const rich = { ...SMALL, freePageReporting: true, relockFreePages: true, silentDeflateBit: SILENT_BIT };
  const cannot: readonly [what: string, bit: number, options: Partial<BalloonOptions>][] = [
    ["hints of pinned memory", Feature.FREE_PAGE_HINT, {}],
    ["reports of pinned memory that is not locked again", Feature.PAGE_REPORTING, { relockFreePages: false }],
    ["SILENT_DEFLATE on class never", SILENT_BIT, { silentDeflate: "never" }],
    ["SILENT_DEFLATE as another bit", SILENT_BIT, { silentDeflateBit: 51 }],
  ];

  test.each(cannot)(
    "is refused if the driver took it, and otherwise no longer offered: %s",
    (_, bit, options) => {
      const there = unpinned(rich);
      const here = pinned({ ...rich, ...options });
      const { offered } = there.driver;
      expect(hasFeature(offered, bit)).toBe(true);
      there.up(BASE | WILL | featureSet(bit), 8);
      expect(here.device.restore(there.device.state())).toContain("the guest negotiated");
      there.up(BASE | WILL, 8);
      expect(here.device.restore(there.device.state())).toBeUndefined();
      const lost = featureSet(Feature.FREE_PAGE_HINT, bit);
      expect(here.driver.offered).toBe(offered & ~lost);
    },
  );

  test("is refused if it would renumber the driver's queues, before and after the negotiation", () => {
    const there = unpinned({ ...rich, queueNumbering: "offered" });
    const here = pinned({ ...rich, queueNumbering: "offered" });
    expect(here.device.restore(there.device.state())).toBeUndefined();
    expect(there.driver.negotiate(BASE | WILL | featureSet(Feature.PAGE_REPORTING))).toBe(true);
    there.driver.queue(4, 8);
    const state = there.device.state();
    expect(here.device.restore(state)).toBe(
      "queue 4 is the report queue, which this device does not have there",
    );
    expect(here.device.canRestore(state)).toBe(here.device.restore(state));
    expect(
      pinned({ ...rich, queueNumbering: "spec" }).device.restore({ ...state, numbering: "spec" }),
    ).toBeUndefined();
  });
});
