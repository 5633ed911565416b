import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { restoreOrBoot, StateFile, toArrayBuffer } from "../../rig/linux/state.ts";

let folder: string;
let path: string;
let file: StateFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ballonet-state-"));
  path = join(folder, "states", "one.gz");
  file = new StateFile(path);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const state = (...values: number[]): ArrayBuffer => toArrayBuffer(Uint8Array.from(values));

describe("StateFile", () => {
  test("returns what was stored last, and leaves nothing beside it", async () => {
    expect(await file.load()).toBeUndefined();
    await file.store(state(1));
    await file.store(state(2, 3));
    expect(await file.load()).toEqual(state(2, 3));
    expect(await readdir(join(folder, "states"))).toEqual(["one.gz"]);
  });

  test("treats a truncated or altered file as missing", async () => {
    await file.store(state(...Array.from({ length: 1000 }, (_, index) => (index * index) & 255)));
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, -20));
    expect(await file.load()).toBeUndefined();
    whole[whole.length >> 1]! ^= 1;
    await writeFile(path, whole);
    expect(await file.load()).toBeUndefined();
  });
});

describe("restoreOrBoot", () => {
  const guest = (result = state(9)) => ({ save: () => Promise.resolve(result), destroy: vi.fn() });

  test("boots once, then restores", async () => {
    const start = vi.fn(() => Promise.resolve(guest()));
    await restoreOrBoot(start, file);
    await restoreOrBoot(start, file);
    expect(start.mock.calls).toEqual([[], [state(9)]]);
  });

  test("boots again, once, and replaces a state that does not restore", async () => {
    await file.store(state(1));
    const start = vi.fn((saved?: ArrayBuffer) =>
      saved ? Promise.reject(new Error()) : Promise.resolve(guest()),
    );
    await restoreOrBoot(start, file);
    expect(start.mock.calls).toEqual([[state(1)], []]);
    expect(await file.load()).toEqual(state(9));
  });

  test("passes on why a boot failed", async () => {
    const start = (): Promise<never> => Promise.reject(new Error("no kernel"));
    await expect(restoreOrBoot(start, file)).rejects.toThrow("no kernel");
    expect(await file.load()).toBeUndefined();
  });

  test("does not leave a guest running that it cannot store", async () => {
    const unsaved = { save: () => Promise.reject(new Error("disk full")), destroy: vi.fn() };
    await expect(restoreOrBoot(() => Promise.resolve(unsaved), file)).rejects.toThrow("disk full");
    expect(unsaved.destroy).toHaveBeenCalledOnce();
  });
});
