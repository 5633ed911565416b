import koffi from "koffi";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { NodeHost, reclaimingHost } from "../../src/node/index.ts";
import type { HugePages, NodeHostOptions, ReclaimingHostOptions } from "../../src/node/index.ts";
import { loadLibc } from "../../src/node/libc.ts";
import { calls } from "./gate.ts";

const HUGE_BYTES = 2 * 1024 * 1024;
const HUGE_FRAMES = HUGE_BYTES / 4096;
const MADV_HUGEPAGE = 14;

/** If it is `never`, no advice brings huge pages. */
function unavailable(): string {
  if (!calls.available) return calls.note;
  const enabled = readFileSync("/sys/kernel/mm/transparent_hugepage/enabled", "utf8");
  return enabled.includes("[never]") ? " [skipped: no transparent huge pages]" : "";
}
const note = unavailable();
if (note !== "") console.warn(`SKIPPED: tests with transparent huge pages.${note}`);

const hosts: NodeHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

/** Two huge pages of memory as if transparent huge pages were `always`, which MADV_HUGEPAGE does. */
function host(options: Omit<NodeHostOptions, "ram"> = {}): { ram: Uint8Array; host: NodeHost } {
  const { buffer } = new WebAssembly.Memory({ initial: 96 });
  const address = Number(koffi.address(new Uint8Array(buffer)));
  const ram = new Uint8Array(buffer, (HUGE_BYTES - (address % HUGE_BYTES)) % HUGE_BYTES, 2 * HUGE_BYTES);
  const libc = loadLibc();
  expect(libc.madvise(libc.addressOf(ram), ram.length, MADV_HUGEPAGE)).toBeUndefined();
  const made = new NodeHost({ ram: () => ram, ...options });
  hosts.push(made);
  return { ram, host: made };
}

/** Frames that are resident after all memory was given back and one byte of it was written. */
function residentAfterOneByte(options: Omit<NodeHostOptions, "ram">): number {
  const { ram, host: made } = host(options);
  ram.fill(1);
  made.discard(0, made.frames);
  expect(made.residentFrames).toBe(0);
  ram[HUGE_BYTES + 5 * 4096] = 1;
  return made.residentFrames;
}

describe.skipIf(note !== "")(`one byte written to memory that was given back${note}`, () => {
  test.each([{}, { hugePages: "allow" }] as const)("brings back 2 MiB by default: %j", (options) => {
    expect(residentAfterOneByte(options)).toBe(HUGE_FRAMES);
  });

  test("brings back only its frame where huge pages are avoided", () => {
    expect(residentAfterOneByte({ hugePages: "avoid" })).toBe(1);
  });

  test("brings back only its frame even after the memory has moved", () => {
    const { ram: first, host: old } = host();
    old.dispose();
    const { ram: second } = host();
    let ram = first;
    const made = new NodeHost({ ram: () => ram, hugePages: "avoid" });
    hosts.push(made);
    ram = second;
    made.discard(0, made.frames);
    ram[0] = 1;
    expect(made.residentFrames).toBe(1);
  });
});

describe.skipIf(!calls.available)(`another value for huge pages${calls.note}`, () => {
  const wrong = "never" as HugePages;

  test("is a TypeError that names the option", () => {
    const { buffer } = new WebAssembly.Memory({ initial: 1 });
    const expected = 'expected "avoid" or "allow", got "never"';
    expect(() => new NodeHost({ ram: () => new Uint8Array(buffer), hugePages: wrong })).toThrow(
      new TypeError(`hugePages: ${expected}`),
    );
    const cpu = { wasm_memory: { buffer }, mem8: { byteOffset: 0 }, memory_size: [65_536] };
    const options: ReclaimingHostOptions = { hugePages: wrong };
    expect(() => reclaimingHost({ v86: { cpu } }, options)).toThrow(new TypeError(`hugePages: ${expected}`));
  });
});
