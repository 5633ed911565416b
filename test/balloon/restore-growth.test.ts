import { expect, test } from "vitest";
import { decodeSnapshot, encodeSnapshot } from "../../src/balloon/index.ts";
import type { BalloonState } from "../../src/balloon/index.ts";
import { crc32 } from "../../src/balloon/state/crc32.ts";
import { featureNames, negotiate } from "../../src/negotiation/index.ts";
import { savedBalloon } from "../../src/v86/index.ts";
import { decodeState, encodeState } from "../../src/v86/state-codec.ts";
import { unpinned } from "./harness.ts";

/** The most that reading and refusing a state of n bytes may take, whatever somebody puts into it. */
const MS_PER_MEBIBYTE = 4000;
const MOST_MESSAGE = 300;
const SIZE = 1 << 20;

const machine = unpinned({ frames: 0x10000 });
const STATE = machine.device.state();
const SELECTION = { deviceFeature: 0, driverFeature: 0, queue: 0 };
const [TAG, SNAPSHOT, REGISTERS] = encodeState({
  state: STATE,
  slot: 13,
  transport: "modern",
  selection: SELECTION,
});

/** A snapshot with a correct checksum. */
function snapshotOf(json: string, words = new Uint32Array(0)): Uint8Array {
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
  const bytes = new Uint8Array(12 + text.length + 4 * words.length);
  bytes.set(SNAPSHOT.subarray(0, 4));
  bytes.set(text, 12);
  bytes.set(new Uint8Array(words.buffer), 12 + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, json.length, true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** A v86 state with a correct header. */
function machineOf(json: string): Uint8Array {
  const text = Buffer.from(json);
  const header = Uint32Array.of(0x86768676, 6, 16 + text.length, text.length);
  return new Uint8Array(Buffer.concat([Buffer.from(header.buffer), text]));
}

function inMachine(balloon: string, infos = "[]"): Uint8Array {
  return machineOf(`{"buffer_infos":${infos},"state":[${"0,".repeat(84)}${balloon}]}`);
}

const nested = (n: number): string => "[".repeat(n / 2) + "]".repeat(n / 2);
const long = (n: number): string => "7".repeat(n);
const list = (n: number, item: string): string => `[${`${item},`.repeat(n / (item.length + 1))}${item}]`;
const keys = (n: number): string =>
  `{${Array.from({ length: n / 12 }, (_, i) => `"${String(i).padStart(8, "k")}":0`).join()}}`;

/** The JSON of the state, with one field replaced. */
function edited(field: string, json: string): string {
  const text = JSON.stringify(STATE, (_key, value: unknown) =>
    typeof value === "bigint"
      ? { bits: value.toString(16) }
      : value instanceof Uint32Array
        ? { words: [0, 0] }
        : value,
  );
  return text.replace(new RegExp(`"${field}":("[^"]*"|[0-9]+|\\{[^{}]*\\}|\\[.*?\\])`), `"${field}":${json}`);
}

/** A million single frames, the last of which is out of order. */
function fragments(n: number): Uint32Array {
  const pairs = Uint32Array.from({ length: n / 4 }, (_, i) => (i % 2 === 0 ? i : 1));
  pairs[pairs.length - 2] = 0;
  return pairs;
}

const VALUES: Readonly<Record<string, (n: number) => string>> = {
  "a number with many digits": long,
  "a long string": (n) => `"${long(n)}"`,
  "features with many digits": (n) => `{"bits":"${long(n)}"}`,
  "deep lists": nested,
  "deep features": (n) => `{"bits":${nested(n)}}`,
  "many items": (n) => list(n, "0"),
  "many queues": (n) =>
    list(n, '{"size":128,"enabled":false,"descriptors":0,"driver":0,"device":0,"nextAvail":0,"nextUsed":0}'),
  "many features": (n) => list(n, '{"bits":"ffffffff"}'),
  "many lists of words": (n) => list(n, '{"words":[0,0]}'),
  "many keys": keys,
};
const FIELDS = [
  "version",
  "memory",
  "numbering",
  "accepted",
  "offered",
  "ballooned",
  "queues",
  "hintCommand",
];

type Forged = (n: number) => () => unknown;
const restored = (bytes: Uint8Array) => (): unknown => machine.device.restore(decodeSnapshot(bytes));

const SHAPES: readonly (readonly [name: string, forged: Forged])[] = [
  ...Object.entries(VALUES).flatMap(([name, value]) => [
    ...FIELDS.map(
      (field) => [`${field}: ${name}`, (n: number) => restored(snapshotOf(edited(field, value(n))))] as const,
    ),
    [`a snapshot of ${name}`, (n: number) => restored(snapshotOf(value(n)))] as const,
    [`v86, registers: ${name}`, (n: number) => () => decodeState([TAG, SNAPSHOT, value(n)])] as const,
    [
      `v86, transport: ${name}`,
      (n: number) => () => decodeState([TAG, SNAPSHOT, REGISTERS.replace("{", `{"transport":${value(n)},`)]),
    ] as const,
    [`v86, version 1: ${name}`, (n: number) => () => decodeState([TAG, `{"state":${value(n)}}`])] as const,
    [`a machine of ${name}`, (n: number) => () => savedBalloon(machineOf(value(n)))] as const,
    [`a machine's buffers: ${name}`, (n: number) => () => savedBalloon(inMachine("[]", value(n)))] as const,
    [`a machine's balloon: ${name}`, (n: number) => () => savedBalloon(inMachine(value(n)))] as const,
  ]),
  ["runs of single frames, out of order", (n) => forgedLists({ ballooned: fragments(n) })],
  ["owed runs out of order", (n) => forgedLists({ lock: { keptLocked: words(), owed: fragments(n) } })],
  [
    "parts that name one buffer",
    (n) => () =>
      savedBalloon(
        inMachine(list(n, '{"__state_type__":"Uint8Array","buffer_id":0}'), '[{"offset":0,"length":9}]'),
      ),
  ],
  [
    "parts that name a buffer in depth",
    (n) => () => savedBalloon(inMachine(`["ballonet",{"buffer_id":${nested(n)}}]`)),
  ],
  [
    "a state that was never bytes, with many features",
    (n) => () => machine.device.restore({ ...STATE, offered: (1n << BigInt(n * 4)) - 1n }),
  ],
  ["names of many features", (n) => () => featureNames((1n << BigInt(n)) - 1n)],
  [
    "an outcome about many features",
    (n) => () =>
      negotiate({ silentDeflate: "always", offered: 0n, accepted: (1n << BigInt(n * 4)) - 1n }).reason,
  ],
];

function words(): Uint32Array {
  return new Uint32Array(0);
}

function forgedLists(change: Partial<BalloonState>): () => unknown {
  return restored(encodeSnapshot({ ...STATE, ...change }));
}

/** The refusal, and how long it took. */
function outcome(run: () => unknown): [text: string, ms: number] {
  const from = performance.now();
  let said: unknown;
  try {
    said = run();
  } catch (error) {
    said = (error as Error).message;
  }
  return [typeof said === "string" ? said : "", performance.now() - from];
}

test("every field that is forged here exists in a state", () => {
  for (const field of FIELDS) expect(edited(field, '"forged"')).toContain(`"${field}":"forged"`);
});

test.each(SHAPES)(
  "a mebibyte of %s is read and refused in bounded time and with a short message",
  (_, forged) => {
    const [text, ms] = outcome(forged(SIZE));
    expect(text.length).toBeLessThanOrEqual(MOST_MESSAGE);
    expect(ms).toBeLessThan(MS_PER_MEBIBYTE);
  },
);

test("the largest state that a guest can cause is taken just as fast", () => {
  const ballooned = Uint32Array.from({ length: machine.device.frames }, (_, i) => (i % 2 === 0 ? i : 1));
  const busy = unpinned({ frames: 0x10000 }).up(undefined, 8).device.state();
  const bytes = encodeSnapshot({ ...busy, ballooned });
  expect(bytes.length).toBeGreaterThan(250_000);
  const [text, ms] = outcome(restored(bytes));
  expect([text, machine.device.pages.count]).toEqual(["", machine.device.frames / 2]);
  expect(ms).toBeLessThan(MS_PER_MEBIBYTE);
  expect(machine.device.canRestore(machine.device.state())).toBeUndefined();
});
