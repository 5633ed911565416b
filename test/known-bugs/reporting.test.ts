import { expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import type { MockBuffer } from "../../src/virtio/index.ts";
import { FRAME_BYTES, range, unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";
import { isPainted, le32, pages, paint, POLITE } from "./helpers.ts";

const FRAMES = 64;
const MEMORY = FRAMES * FRAME_BYTES;
const FEATURES = POLITE | featureSet(Feature.PAGE_REPORTING);

function reporting(): Machine<ListingHost> {
  const machine = unpinned({ frames: FRAMES, freePageReporting: true }).up(FEATURES, 8);
  paint(machine, 0x5a, 0, FRAMES >> 1);
  return machine;
}

/** The chain is counted and returned, and no memory has changed, neither the guest's nor around it. */
function expectUntouched(...buffers: MockBuffer[]): void {
  const machine = reporting();
  const head = machine.send("report", ...buffers);
  expect(machine.host.zeroed).toEqual([]);
  expect(machine.faults).toEqual({ "address-out-of-range": 1 });
  expect(machine.queue("report").used()).toEqual([{ head, written: 0 }]);
  expect(machine.canaryIntact).toBe(true);
  expect(range(0, FRAMES >> 1).every((frame) => isPainted(machine, 0x5a, frame))).toBe(true);
}

test("Cloud Hypervisor 326cd8807: a reported range that runs past the end of memory is not touched", () => {
  expectUntouched(pages(FRAMES - 1, 2));
  expectUntouched(pages(0, FRAMES + 1));
  expectUntouched(pages(3), pages(FRAMES - 1, 2));
  expectUntouched({ address: MEMORY - 1, bytes: 2, writable: true });
});

test("QEMU ed48c59875: a reported range that begins or ends inside a frame is never rounded outward", () => {
  const machine = reporting();
  const at = 10 * FRAME_BYTES;
  const inside: readonly MockBuffer[] = [
    { address: at + 1, bytes: FRAME_BYTES - 1 },
    { address: at, bytes: FRAME_BYTES - 1 },
    { address: at - 1, bytes: FRAME_BYTES },
    { address: at + 0x800, bytes: FRAME_BYTES },
    { address: at + 16, bytes: 32 },
  ];
  for (const buffer of inside) machine.send("report", { ...buffer, writable: true });
  expect(machine.host.zeroed).toEqual([]);
  machine.send("report", { address: at - 1, bytes: FRAME_BYTES + 2, writable: true });
  expect(range(0, FRAMES >> 1).filter((frame) => !isPainted(machine, 0x5a, frame))).toEqual([10]);
});

test("kata PR #13661: an address near the end of memory with a huge length is not touched", () => {
  for (const bytes of [0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff]) {
    expectUntouched({ address: MEMORY - FRAME_BYTES, bytes, writable: true });
  }
});

test("libkrun: an address outside memory is a fault of the guest, not of the host", () => {
  for (const address of [MEMORY, 2 ** 32, 2 ** 40, 2 ** 63, 2 ** 64 - FRAME_BYTES]) {
    expectUntouched({ address, bytes: FRAME_BYTES, writable: true });
  }
});

test("crosvm 8e472ead2: the buffers are the pages, whatever PFNs they seem to contain", () => {
  const machine = reporting();
  machine.memory.bytes.set([20, 21, 22].flatMap(le32), 10 * FRAME_BYTES);
  machine.send("report", pages(10));
  expect(machine.host.zeroed).toEqual([10]);
  machine.send("report", { address: 11 * FRAME_BYTES, bytes: 12 });
  machine.send("report", machine.pfns([24]));
  expect(machine.host.zeroed).toEqual([10]);
  expect(machine.ballooned).toEqual([]);
  machine.send("report", pages(12, 3));
  expect(machine.host.zeroed).toEqual([10, 12, 13, 14]);
});
