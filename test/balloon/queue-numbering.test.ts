import { describe, expect, test } from "vitest";
import type { QueueNumbering, QueueRole } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { Common } from "../../src/virtio/index.ts";
import type { MockQueue } from "../../src/virtio/index.ts";
import { FRAME_BYTES, unpinned } from "./harness.ts";
import type { ListingHost, Machine } from "./harness.ts";

const BASE = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
const BITS = {
  stats: Feature.STATS_VQ,
  hint: Feature.FREE_PAGE_HINT,
  report: Feature.PAGE_REPORTING,
} as const;
type Optional = keyof typeof BITS;

/** The number of each queue, by rule, for what the driver takes of a full offer: the table itself, not a computation. */
const NUMBERS: readonly {
  readonly took: readonly Optional[];
  readonly negotiated: readonly number[];
  /** Of a device that offers everything, and of one that has always counted this way. */
  readonly offered: readonly number[];
}[] = [
  { took: [], negotiated: [], offered: [] },
  { took: ["stats"], negotiated: [2], offered: [2] },
  { took: ["hint"], negotiated: [2], offered: [3] },
  { took: ["report"], negotiated: [2], offered: [4] },
  { took: ["stats", "hint"], negotiated: [2, 3], offered: [2, 3] },
  { took: ["stats", "report"], negotiated: [2, 3], offered: [2, 4] },
  { took: ["hint", "report"], negotiated: [2, 3], offered: [3, 4] },
  { took: ["stats", "hint", "report"], negotiated: [2, 3, 4], offered: [2, 3, 4] },
];

function made(queueNumbering: QueueNumbering, took: readonly Optional[]): Machine<ListingHost> {
  const machine = unpinned({ queueNumbering, freePageReporting: true });
  const features = BASE | featureSet(...took.map((role) => BITS[role]));
  expect(machine.driver.negotiate(features)).toBe(true);
  return machine;
}

function sizes({ driver, bar }: Machine<ListingHost>): number[] {
  return [0, 1, 2, 3, 4, 5].map((index) => {
    bar.write(Common.QUEUE_SELECT, 2, index);
    return driver.bar.read(Common.QUEUE_SIZE, 2);
  });
}

/** Finds out from its work which queue it is. */
function roleOf(machine: Machine<ListingHost>, queue: MockQueue): QueueRole | undefined {
  const { device, host, memory } = machine;
  const seen: QueueRole[] = [];
  const stops = [
    device.on("stats", () => seen.push("stats")),
    device.on("report", () => seen.push("report")),
    device.on("hint", () => seen.push("hint")),
    device.on("guest-fault", (fault) => {
      if (fault === "hint-unasked") seen.push("hint");
    }),
  ];
  memory.bytes.set([0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 300 * FRAME_BYTES);
  queue.add(
    { address: 300 * FRAME_BYTES, bytes: 10 },
    { address: 301 * FRAME_BYTES, bytes: FRAME_BYTES, writable: true },
  );
  queue.kick();
  for (const stop of stops) stop();
  host.zeroed.length = 0;
  return seen.at(-1);
}

describe.each(NUMBERS)("a driver that takes $took", ({ took, negotiated, offered }) => {
  test.each([
    ["negotiated", negotiated],
    ["offered", offered],
    ["spec", offered],
  ] as const)('has its queues where "%s" says (POSITION-1)', (rule, numbers) => {
    const machine = made(rule, took);
    const found = sizes(machine);
    expect(found.map((size, index) => (size > 0 ? index : -1)).filter((index) => index >= 0)).toEqual([
      0,
      1,
      ...numbers,
    ]);
    const queues = numbers.map((index) => machine.driver.queue(index, 8));
    machine.driver.ready();
    expect(queues.map((queue) => roleOf(machine, queue))).toEqual(took);
  });
});

describe("a device that does not offer the statistics", () => {
  test.each([
    ["negotiated", 2],
    ["offered", 2],
    ["spec", 3],
  ] as const)('has the hint queue where "%s" says', (queueNumbering, index) => {
    const machine = unpinned({ queueNumbering, stats: false });
    expect(machine.driver.negotiate(BASE | featureSet(Feature.FREE_PAGE_HINT))).toBe(true);
    const queue = machine.driver.queue(index, 8);
    machine.driver.ready();
    expect(roleOf(machine, queue)).toBe("hint");
  });
});

test("before the negotiation all offered queues exist, numbered by the offer (POSITION-1)", () => {
  const machine = unpinned({ freePageReporting: true });
  expect(sizes(machine)).toEqual([128, 128, 128, 1024, 32, 0]);
  expect(machine.bar.read(Common.NUM_QUEUES, 2)).toBe(5);
});

test("inflate and deflate are always queues 0 and 1", () => {
  for (const queueNumbering of ["negotiated", "offered", "spec"] as const) {
    const machine = unpinned({ queueNumbering }).up(BASE);
    machine.inflate(1, 2);
    machine.deflate(1);
    expect(machine.ballooned).toEqual([2]);
  }
});
