import fc from "fast-check";
import { expect } from "vitest";
import type { HostMemory } from "../../src/host/index.ts";

export const FRAME = 4096;
/** The number of frames of guest memory, and of the emulator's own memory on either side of it. */
export const FRAMES = 16;
export const CALLS = ["unlock", "lock", "discard", "fill"] as const;

/** An emulator's memory, every byte 0xa5, with guest memory inside. Only guest memory may change. */
export class EmulatorMemory {
  readonly wasm: WebAssembly.Memory = new WebAssembly.Memory({ initial: 4, maximum: 64 });
  offset: number = FRAMES * FRAME;
  bytes: number = FRAMES * FRAME;
  #expected: Uint8Array;

  constructor() {
    this.all.fill(0xa5);
    this.#expected = this.all.slice();
  }

  get all(): Uint8Array {
    return new Uint8Array(this.wasm.buffer);
  }

  readonly ram = (): Uint8Array => new Uint8Array(this.wasm.buffer, this.offset, this.bytes);

  /** The frames of guest memory as it is now. */
  get frames(): number {
    return Math.floor(this.bytes / FRAME);
  }

  /** The one call that may change bytes, and only these bytes. */
  expectFilled(first: number, frames: number, word: number): void {
    const start = this.offset + first * FRAME;
    const view = new DataView(this.#expected.buffer);
    for (let at = start; at < start + frames * FRAME; at += 4) view.setUint32(at, word, true);
  }

  grow(): void {
    this.wasm.grow(1);
    const grown = new Uint8Array(this.all.length);
    grown.set(this.#expected);
    this.#expected = grown;
  }

  check(): void {
    expect(Buffer.compare(this.all, this.#expected)).toBe(0);
  }
}

/** What happens to a host: calls with any numbers, and an emulator that moves, resizes and grows its memory. */
export type Step =
  | {
      readonly kind: "call";
      readonly call: (typeof CALLS)[number];
      readonly first: number;
      readonly frames: number;
      readonly word: number;
    }
  | { readonly kind: "place"; readonly offset: number; readonly bytes: number }
  | { readonly kind: "grow" };

const near = fc.integer({ min: -3, max: FRAMES + 3 });
const number = fc.oneof({ arbitrary: near, weight: 8 }, fc.double(), fc.integer());
const call: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("call" as const),
  call: fc.constantFrom(...CALLS),
  first: number,
  frames: number,
  word: fc.oneof(fc.constant(0), fc.integer()),
});
const place: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("place" as const),
  offset: fc.oneof(
    fc.nat(2 * FRAMES).map((frame) => frame * FRAME),
    fc.nat(FRAMES * FRAME),
  ),
  bytes: fc.oneof(
    { arbitrary: fc.constant(FRAMES * FRAME), weight: 3 },
    fc.nat(FRAMES).map((frames) => frames * FRAME),
    fc.nat(FRAMES * FRAME),
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: call, weight: 10 },
  { arbitrary: place, weight: 2 },
  { arbitrary: fc.constant({ kind: "grow" as const }), weight: 1 },
);
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 40, size: "max" });

/** Whether [first, first + frames) is a range of whole frames below `limit`, computed in another way than in the product. */
function within(first: number, frames: number, limit: number): boolean {
  const all = Array.from({ length: limit }, (_, frame) => frame);
  return all.includes(first) && all.includes(first + frames - 1) && all.includes(frames - 1);
}

/**
 * Takes one step. `usable` is whether calls can work on the memory as it is. Returns whether a call succeeded: exactly
 * when its frames are in guest memory. All other calls must fail with "EINVAL".
 */
export function take(
  step: Step,
  host: Required<Pick<HostMemory, (typeof CALLS)[number]>>,
  memory: EmulatorMemory,
  usable: () => boolean,
): boolean {
  if (step.kind === "grow") memory.grow();
  else if (step.kind === "place") Object.assign(memory, { offset: step.offset, bytes: step.bytes });
  else {
    const { first, frames, word } = step;
    const fits = usable() && within(first, frames, memory.frames);
    expect(host[step.call](first, frames, word)?.code).toBe(fits ? undefined : "EINVAL");
    if (fits && step.call === "discard") memory.expectFilled(first, frames, 0);
    if (fits && step.call === "fill") memory.expectFilled(first, frames, word);
    return fits;
  }
  return false;
}
