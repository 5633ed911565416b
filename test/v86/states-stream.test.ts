import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { bootTinyGuest } from "../../src/guest/tiny-guest.ts";
import type { TinyGuest } from "../../src/guest/tiny-guest.ts";
import { attachBalloon, restoreStateFrom, savedBalloon, saveStateTo } from "../../src/v86/index.ts";
import { ask, destroyGuests, differences, machine, MEMORY_BYTES, ramOf, settle } from "./compact-machine.ts";
import type { CompactMachine } from "./compact-machine.ts";
import { asZstd, destroyMachines, happens, newMachine } from "./new-machine.ts";

const TSC_BYTES = 8;
const bareGuests: TinyGuest[] = [];

afterEach(async () => {
  await destroyGuests();
  for (const guest of bareGuests.splice(0)) await guest.destroy();
  await destroyMachines();
});

/** A stream that keeps what is written to it. */
class Kept {
  readonly parts: Uint8Array[] = [];
  aborted: unknown;
  closed = false;
  readonly stream: WritableStream<Uint8Array> = new WritableStream({
    write: (part) => void this.parts.push(part),
    close: () => void (this.closed = true),
    abort: (reason) => void (this.aborted = reason),
  });

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.concat(this.parts));
  }
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function given(frames: number): Promise<CompactMachine> {
  const at = await machine();
  await settle(at, frames);
  return at;
}

async function fresh(): Promise<ReturnType<typeof newMachine>["emulator"]> {
  const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
  await happens(emulator, "emulator-loaded");
  attachBalloon(emulator);
  return emulator;
}

/** A guest that runs without a balloon. */
async function bare(): Promise<TinyGuest> {
  const guest = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
  bareGuests.push(guest);
  return guest;
}

describe("a state written to a stream", () => {
  test("is what save_state returns, in pieces of at most a megabyte", async () => {
    const { guest } = await given(12_000);
    await guest.emulator.stop();
    const whole = new Uint8Array(await guest.emulator.save_state());
    const kept = new Kept();
    expect(await saveStateTo(guest.emulator, kept.stream)).toBe(whole.length);
    expect(kept.closed).toBe(true);
    expect(Math.max(...kept.parts.map((part) => part.length))).toBeLessThanOrEqual(2 ** 20);
    const { bytes } = kept;
    expect(bytes.length).toBe(whole.length);
    expect(differences(bytes, whole)).toBeLessThanOrEqual(TSC_BYTES);
    expect(guest.emulator.is_running()).toBe(false);
    const copy = await fresh();
    await copy.restore_state(bytes.buffer);
    expect(hash(ramOf(copy))).toBe(hash(ramOf(guest.emulator)));
  });

  test.each([undefined, "gzip"] as const)(
    "can be read from one, in pieces of any size: compress %j",
    async (compress) => {
      const { guest, balloon } = await given(12_000);
      const kept = new Kept();
      await saveStateTo(guest.emulator, kept.stream, compress === undefined ? {} : { compress });
      await guest.emulator.stop();
      const { bytes } = kept;
      if (compress === "gzip") expect(gunzipSync(bytes).length).toBeGreaterThan(bytes.length);
      for (const size of [1_000_003, 65_536]) {
        const copy = await fresh();
        await restoreStateFrom(copy, streamOf(bytes, size));
        expect(savedBalloon(new Uint8Array(await copy.save_state()))?.state.ballooned).toEqual(
          balloon.device.pages.allRuns(),
        );
      }
    },
  );

  test("needs no balloon", async () => {
    const { emulator } = await bare();
    const kept = new Kept();
    await saveStateTo(emulator, kept.stream);
    await emulator.stop();
    const { emulator: copy } = newMachine({ memory_size: MEMORY_BYTES });
    await happens(copy, "emulator-loaded");
    await restoreStateFrom(copy, streamOf(kept.bytes, 4096));
    expect(hash(ramOf(copy))).toBe(hash(ramOf(emulator)));
    // And leaves v86 as it was.
    expect(Object.keys((copy as unknown as { v86: object }).v86)).not.toContain("save_state");
  });

  test("is from one moment: the guest stands still, and continues afterwards", async () => {
    const at = await given(12_000);
    const { emulator } = at.guest;
    let turns = 0;
    const kept = new Kept();
    const running: boolean[] = [];
    const slow = new WritableStream<Uint8Array>({
      write: async (part) => {
        turns++;
        running.push(emulator.is_running());
        kept.parts.push(part);
        await new Promise((resolve) => setTimeout(resolve, 1));
      },
    });
    await saveStateTo(emulator, slow);
    expect(turns).toBeGreaterThan(10);
    expect(running).not.toContain(true);
    expect(emulator.is_running()).toBe(true);
    expect(await ask(at, "check", "bad")).toBe("0");
    await settle(at, 100);
    await restoreStateFrom(emulator, streamOf(kept.bytes, 100_000));
    expect(at.balloon.device.pages.count).toBe(12_000);
    expect(await ask(at, "check", "bad")).toBe("0");
  });

  test("is abandoned when the machine is started meanwhile, and the stream is aborted", async () => {
    const at = await given(12_000);
    let aborted: unknown;
    const stream = new WritableStream<Uint8Array>({
      write: () => at.guest.emulator.run(),
      abort: (reason) => void (aborted = reason),
    });
    await expect(saveStateTo(at.guest.emulator, stream)).rejects.toThrow(
      "saveStateTo: the machine was started before",
    );
    expect(String(aborted)).toContain("was started before");
    expect(await ask(at, "check", "bad")).toBe("0");
  });

  test.each([undefined, "gzip"] as const)(
    "is abandoned when the stream fails, and the guest continues: compress %j",
    async (compress) => {
      const at = await given(12_000);
      const stream = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error("disk full")) });
      await expect(
        saveStateTo(at.guest.emulator, stream, compress === undefined ? {} : { compress }),
      ).rejects.toThrow("disk full");
      expect(at.guest.emulator.is_running()).toBe(true);
      expect(await ask(at, "check", "bad")).toBe("0");
    },
  );
});

describe("a stream that is refused leaves the machine as it was:", () => {
  test.each<[what: string, of: (state: Uint8Array) => ReadableStream<unknown>, message: string]>([
    ["nothing", () => streamOf(new Uint8Array(0), 1), "this is not a state of v86"],
    ["a byte", () => streamOf(Uint8Array.of(0x1f), 1), "this is not a state of v86"],
    [
      "zeros without end",
      () =>
        new ReadableStream({
          pull: (c) => {
            c.enqueue(new Uint8Array(65_536));
          },
        }),
      "this is not a state of v86",
    ],
    ["half a state", (state) => streamOf(state.slice(0, state.length / 2), 9999), "the state is truncated"],
    ["more than a state", (state) => endless(state), "the state continues after its end"],
    [
      "one compressed by zstd",
      (state) => streamOf(new Uint8Array(asZstd(state)), 9999),
      "this is not a state of v86",
    ],
    [
      "half of one compressed by gzip",
      (state) => streamOf(gzipSync(state).subarray(0, 5000), 999),
      "unexpected end of file",
    ],
    [
      "text",
      () =>
        new ReadableStream({
          pull: (c) => {
            c.enqueue("v86");
          },
        }),
      'readable: expected a stream of Uint8Arrays, got one of "v86"',
    ],
    [
      "one that fails",
      () => new ReadableStream({ pull: () => Promise.reject(new Error("offline")) }),
      "offline",
    ],
  ])("%s", async (_what, of, message) => {
    const at = await given(12_000);
    const { emulator } = at.guest;
    await emulator.stop();
    const state = new Uint8Array(await emulator.save_state());
    const before = hash(ramOf(emulator));
    await expect(restoreStateFrom(emulator, of(state) as never)).rejects.toThrow(message);
    expect(hash(ramOf(emulator))).toBe(before);
    await emulator.run();
    expect(await ask(at, "check", "bad")).toBe("0");
  });
});

function endless(state: Uint8Array): ReadableStream<Uint8Array> {
  let first = true;
  return new ReadableStream({
    pull: (controller) => {
      controller.enqueue(first ? state : new Uint8Array(100_000));
      first = false;
    },
  });
}

describe("streams of states need", () => {
  test("a machine that is loaded, and not destroyed", async () => {
    const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
    const { stream } = new Kept();
    await expect(saveStateTo({}, stream)).rejects.toThrow("emulator: expected a V86, got [object Object]");
    await expect(saveStateTo(emulator, stream)).rejects.toThrow("saveStateTo: the machine is not loaded yet");
    await happens(emulator, "emulator-loaded");
    attachBalloon(emulator);
    await emulator.destroy();
    await expect(saveStateTo(emulator, stream)).rejects.toThrow("saveStateTo: the machine was destroyed");
    await expect(restoreStateFrom(emulator, new Blob([]).stream())).rejects.toThrow(
      "restoreStateFrom: the machine was destroyed",
    );
  });

  test("streams, and options that exist", async () => {
    const emulator = await fresh();
    await expect(saveStateTo(emulator, {} as never)).rejects.toThrow(
      "writable.getWriter: expected a function, got undefined",
    );
    await expect(restoreStateFrom(emulator, 7 as never)).rejects.toThrow(
      "readable: expected an object with getReader, got 7",
    );
    await expect(saveStateTo(emulator, new Kept().stream, { compress: "zstd" as never })).rejects.toThrow(
      'compress: expected "gzip", got "zstd"',
    );
    await expect(saveStateTo(emulator, new Kept().stream, { gzip: true } as never)).rejects.toThrow(
      'unknown option "gzip"',
    );
  });
});
