import { Feature } from "../../src/negotiation/index.ts";
import { Common, Legacy, Mmio } from "../../src/virtio/index.ts";
import { Random } from "./random.ts";
import { DATA, FRAMES, MEMORY, QUEUES, RINGS } from "./step.ts";
import type { RawDescriptor, Setup, Step, TransportName } from "./step.ts";

/** Features that real drivers leave out. */
const OPTIONAL = [
  Feature.WILL_TELL_HOST,
  Feature.STATS_VQ,
  Feature.FREE_PAGE_HINT,
  Feature.PAGE_POISON,
  Feature.PAGE_REPORTING,
  Feature.RING_INDIRECT_DESC,
  Feature.RING_EVENT_IDX,
  Feature.VERSION_1,
];

/** A machine for the steps of one run. */
export function generateSetup(random: Random, transport: TransportName): Setup {
  return {
    transport,
    pinned: !random.once(3),
    silentDeflate: random.pick(["never", "optional", "always"]),
    queueNumbering: random.pick(["negotiated", "negotiated", "offered", "spec"]),
    poisonedPages: random.pick(["skip", "fill"]),
    ram: random.pick(["whole", "hole"]),
  };
}

/** The next step. `idle`: no driver is up, so one should come up soon. */
export function generateStep(random: Random, transport: TransportName, idle: boolean): Step {
  if (idle && random.once(2)) return up(random);
  return random.weighted(STEPS)(random, transport);
}

type Make = (random: Random, transport: TransportName) => Step;

const STEPS: readonly (readonly [number, Make])[] = [
  [26, send],
  [14, rings],
  [10, write],
  [4, read],
  [6, poke],
  [3, up],
  [6, (random) => ({ do: "kick", queue: random.below(QUEUES) })],
  [4, hintId],
  [5, trouble],
  [2, (random) => ({ do: "reset-queue", queue: random.below(QUEUES) })],
  [1, () => ({ do: "reset" })],
  [2, (random) => ({ do: "target", frames: random.below(FRAMES + 1) })],
  [3, () => ({ do: "ask-free-pages" })],
  [2, () => ({ do: "ask-stats" })],
  [2, () => ({ do: "retry-locks" })],
  [5, () => ({ do: "timer" })],
  [4, () => ({ do: "migrate" })],
];

function up(random: Random): Step {
  const without = random.once(3) ? random.some(3, () => random.pick(OPTIONAL)) : [];
  return { do: "up", without, size: random.pick([1, 2, 8, 8, 8, 16]) };
}

/** Mostly batches of PFNs for the first two queues; free ranges for the others. */
function send(random: Random): Step {
  const queue = random.pick([0, 0, 0, 1, 1, 2, 3, 4, 5]);
  const pages = queue >= 2 && !random.once(3);
  return {
    do: "send",
    queue,
    words: pages ? [] : random.some(12, () => pfn(random)),
    ranges: pages || random.once(20) ? random.some(3, () => range(random)) : [],
    indirect: random.once(4),
  };
}

function pfn(random: Random): number {
  return random.once(25) ? random.pick([FRAMES, 0x80000000, 0xffffffff]) : frame(random);
}

/** Often one of a few frames, so that frames that were given are also taken back, and calls on them fail. */
function frame(random: Random): number {
  return random.once(2) ? random.below(8) : random.below(FRAMES);
}

function range(random: Random): [number, number] {
  if (random.once(6)) return [address(random), length(random)];
  return [4096 * random.below(FRAMES), 4096 * (1 + random.below(6))];
}

function rings(random: Random): Step {
  const descriptors = (slots: number): [number, RawDescriptor][] =>
    random.some(8, () => [random.below(slots), descriptor(random)]);
  return {
    do: "rings",
    queue: random.pick([0, 0, 0, 1, 1, 2, 3, 4]),
    table: descriptors(8),
    data: descriptors(32),
    heads: random.some(6, () => (random.once(60) ? random.pick([8, 0xffff]) : random.below(8))),
    jump: random.once(60) ? random.pick([1, 8, 9, 0x8000, 0xffff]) : 0,
  };
}

function descriptor(random: Random): RawDescriptor {
  const flags = random.weighted([
    [6, 0],
    [5, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [1, random.below(0x10000)],
  ]);
  const next = random.once(16) ? random.pick([8, 16, 0xffff]) : random.below(8);
  return { address: address(random), bytes: length(random), flags, next };
}

function address(random: Random): number {
  return random.weighted([
    [10, DATA + 16 * random.below(64)],
    [2, DATA + random.below(0x400)],
    [2, MEMORY - 40 + random.below(48)],
    [1, random.below(MEMORY)],
    [1, random.pick([2 ** 32 + DATA, 2 ** 31, 0xfffffff0, 2 ** 63, 2 ** 64 - 4096])],
  ]);
}

function length(random: Random): number {
  return random.weighted([
    [10, 4 * (1 + random.below(10))],
    [4, 16 * random.below(9)],
    [2, random.below(50)],
    [1, random.pick([144, 4096, MEMORY, 0x7fffffff, 0x80000000, 0xffffffff])],
  ]);
}

function word(random: Random): number {
  return random.weighted([
    [6, random.below(40)],
    [3, 16 * random.below(MEMORY / 16)],
    [2, random.word()],
    [1, random.pick([-1, 2 ** 32, 2 ** 53, 0x80000000, 0xffff, 0x10000])],
  ]);
}

function write(random: Random, transport: TransportName): Step {
  const value = word(random);
  if (!random.once(3)) return { do: "write", ...random.pick(REGISTERS[transport]), value };
  return { do: "write", offset: offset(random), width: random.pick([1, 2, 4]), value };
}

function read(random: Random): Step {
  return { do: "read", offset: offset(random), width: random.pick([1, 2, 4]) };
}

function offset(random: Random): number {
  return random.weighted([
    [6, random.below(0x80)],
    [2, 4 * random.below(0x45)],
    [1, random.below(0x10010) - 8],
  ]);
}

/** Near the rings, where it hurts, or anywhere. */
function poke(random: Random): Step {
  const from = random.once(3) ? 0 : RINGS;
  const at = from + 4 * random.below((random.once(2) ? 0x4000 : MEMORY - from) / 4 - 8);
  return { do: "poke", at, words: random.some(8, () => word(random) >>> 0) };
}

function hintId(random: Random): Step {
  const id: Step = { do: "hint-id", queue: random.pick([2, 3, 3, 3]) };
  return random.once(3) ? { ...id, other: random.pick([0, 0, 0, 1, 0x80000000, random.word()]) } : id;
}

function trouble(random: Random): Step {
  const frames = (): number[] => (random.once(2) ? [] : random.some(6, () => frame(random)));
  return {
    do: "trouble",
    unlock: frames(),
    lock: frames(),
    discard: frames(),
    throws: random.once(4),
    answer: random.pick(["degrade", "degrade", "withhold", "withhold", "withhold", "needs-reset"]),
  };
}

interface Place {
  readonly offset: number;
  readonly width: 1 | 2 | 4;
}

function places(offsets: readonly number[], width: Place["width"]): Place[] {
  return offsets.map((offset) => ({ offset, width }));
}

/** The registers that matter most, by transport: a random offset and width seldom hit one. */
const REGISTERS: Readonly<Record<TransportName, readonly Place[]>> = {
  modern: [
    ...places([Common.DEVICE_STATUS], 1),
    ...places([Common.QUEUE_SELECT, Common.QUEUE_SIZE, Common.QUEUE_ENABLE, Common.QUEUE_RESET], 2),
    ...places([0x40, 0x42, 0x44, 0x46, 0x48], 2),
    ...places([Common.DRIVER_FEATURE_SELECT, Common.DRIVER_FEATURE], 4),
    ...places([Common.QUEUE_DESC, Common.QUEUE_DRIVER, Common.QUEUE_DEVICE, 0x24, 0x60, 0x64, 0x6c], 4),
  ],
  legacy: [
    ...places([Legacy.DEVICE_STATUS], 1),
    ...places([Legacy.QUEUE_SELECT, Legacy.QUEUE_NOTIFY], 2),
    ...places([Legacy.DRIVER_FEATURES, Legacy.QUEUE_PFN, Legacy.DEVICE, Legacy.DEVICE + 4], 4),
  ],
  mmio: [
    ...places([Mmio.STATUS, Mmio.QUEUE_SEL, Mmio.QUEUE_SIZE, Mmio.QUEUE_READY, Mmio.QUEUE_NOTIFY], 4),
    ...places([Mmio.QUEUE_DESC, Mmio.QUEUE_DRIVER, Mmio.QUEUE_DEVICE, Mmio.QUEUE_RESET], 4),
    ...places([Mmio.DRIVER_FEATURES_SEL, Mmio.DRIVER_FEATURES, Mmio.INTERRUPT_ACK], 4),
    ...places([Mmio.CONFIG, Mmio.CONFIG + 4, Mmio.CONFIG + 12], 4),
  ],
};
