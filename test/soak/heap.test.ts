import { expect, test } from "vitest";
import { checkHeap } from "./soak.ts";

const MIB = 2 ** 20;

test("a heap that stays, shrinks or grows by a little is good", () => {
  checkHeap([40 * MIB]);
  checkHeap([40 * MIB, 47 * MIB, 41 * MIB]);
  checkHeap([40 * MIB, 30 * MIB]);
});

test("a heap that grows by a saved state is an error", () => {
  expect(() => {
    checkHeap([40 * MIB, 55 * MIB, 90 * MIB]);
  }).toThrow("the heap has grown by 52428800 bytes over 3 restores");
});
