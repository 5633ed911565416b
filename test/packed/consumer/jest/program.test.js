// What a user of Jest writes. Jest's transform turns the imports into calls of `require`.
import { Balloon, guestMemory, PageTracker, ZeroingHost } from "ballonet";
import { createBalancer } from "ballonet/balance";
import { NodeHost } from "ballonet/node";
import { PageTracker as TrackerAlone } from "ballonet/tracker";
import { expect, test } from "@jest/globals";
import { run } from "../src/program.js";

test("the program has the outcome that it has everywhere", async () => {
  expect(await run()).toEqual(globalThis.expectedOutcome);
});

test("the entries share their classes, and say what they miss", () => {
  expect(TrackerAlone).toBe(PageTracker);
  const ram = new Uint8Array(4096 * 1024);
  const memory = guestMemory(() => ram);
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const balancer = createBalancer({ budgetBytes: 2 ** 20 });
  balancer.add(new Balloon({ memory, interrupt, host: new ZeroingHost(memory) }));
  balancer.dispose();
  expect(() => new NodeHost({ ram: () => ram })).toThrow(globalThis.expectedRefusal);
});
