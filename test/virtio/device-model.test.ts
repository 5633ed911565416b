import { beforeEach, describe, expect, test } from "vitest";
import { Common, Isr, Status } from "../../src/virtio/index.ts";
import { Toy, VERSION_1 } from "./toy.ts";

const RING_RESET = 1n << 40n;

/** Records the status that a driver would read whenever the device says that it is settled. */
class Settling extends Toy {
  override offeredFeatures: bigint = VERSION_1 | RING_RESET;

  settled(): void {
    this.log.push(`settled at ${this.virtio.status}`);
  }
}

let toy: Settling;

/** What the model was told since the last call. */
const heard = (): string[] => toy.log.splice(0);

beforeEach(() => {
  toy = new Settling();
});

describe("a model is told that its device is settled", () => {
  test("after each write of the status, when the driver can read the new one", () => {
    toy.driver.negotiate(VERSION_1);
    expect(heard()).toEqual([
      "reset",
      "settled at 0",
      `settled at ${Status.ACKNOWLEDGE | Status.DRIVER}`,
      "acceptFeatures",
      `settled at ${Status.ACKNOWLEDGE | Status.DRIVER | Status.FEATURES_OK}`,
    ]);
  });

  test("after a kick that came too early to be served", () => {
    toy.driver.negotiate(VERSION_1);
    const queue = toy.driver.queue(0);
    heard();
    queue.kick();
    expect(heard()).toEqual([`settled at ${toy.driver.status}`]);
  });

  test("but not after a kick of a queue that is not enabled", () => {
    toy.driver.negotiate(VERSION_1);
    heard();
    toy.driver.transport.notify(0);
    expect(heard()).toEqual([]);
  });
});

test("a model is told of the reset of a queue that is enabled, and of no other", () => {
  toy.driver.negotiate(VERSION_1 | RING_RESET);
  toy.driver.queue(1);
  heard();
  for (const index of [0, 1, 1, 2, 3, 77]) toy.driver.resetQueue(index);
  expect(heard()).toEqual(["queueReset 1"]);
});

test("a model that gives fewer sizes than there are queues has no other queues", () => {
  const short = new (class extends Toy {
    override sizeQueues(): readonly number[] {
      return [4];
    }
  })();
  short.driver.negotiate(VERSION_1);
  expect([0, 1, 2].map((index) => short.driver.transport.queueSize(index))).toEqual([4, 0, 0]);
  expect(short.bar.read(Common.NUM_QUEUES, 2)).toBe(1);
});

describe("a restored device", () => {
  test("raises its line for the pending interrupts, of which there are two kinds", () => {
    toy.virtio.restore({ ...toy.virtio.state(), isr: 0xff });
    toy.virtio.driveLine();
    expect([toy.virtio.isr, toy.line.raised]).toEqual([Isr.QUEUE | Isr.CONFIG, true]);
  });

  test("leaves its line alone without any", () => {
    toy.virtio.restore({ ...toy.virtio.state(), isr: 0xfc });
    expect([toy.virtio.isr, toy.line.raises]).toEqual([0, 0]);
  });

  test("has a status and a generation of 8 bits", () => {
    toy.virtio.restore({ ...toy.virtio.state(), status: 0xf03, generation: 0xf07 });
    expect(toy.virtio.state()).toMatchObject({ status: 3, generation: 7, interface: "modern" });
  });

  test("has no driver if none had begun", () => {
    toy.virtio.restore({ ...toy.virtio.state(), interface: undefined });
    expect(toy.virtio.interface).toBeUndefined();
  });

  test("has fresh queues where the state has none, and ignores queues that it does not have", () => {
    toy.driver.negotiate(VERSION_1);
    const state = toy.virtio.state();
    const [queue] = state.queues;
    const other = new Settling();
    other.virtio.restore({ ...state, queues: [{ ...queue!, size: 16 }] });
    expect(other.virtio.queues.map(({ size }) => size)).toEqual([16, 8, 0]);
    other.virtio.restore({ ...state, queues: [queue!, queue!, queue!].map((q) => ({ ...q, size: 4 })) });
    expect(other.virtio.queues.map(({ size }) => size)).toEqual([4, 4, 0]);
  });
});

test("a generation that wraps with an unseen change is saved as 8 bits", () => {
  toy.virtio.restore({ ...toy.virtio.state(), generation: 255 });
  toy.virtio.configChanged();
  expect(toy.virtio.state().generation).toBe(0);
});

test("an acknowledged interrupt lowers the line once none is left", () => {
  toy.virtio.restore({ ...toy.virtio.state(), isr: Isr.QUEUE | Isr.CONFIG });
  toy.virtio.acknowledge(Isr.CONFIG);
  expect([toy.virtio.isr, toy.line.raised]).toEqual([Isr.QUEUE, true]);
  toy.virtio.acknowledge(Isr.QUEUE);
  expect([toy.virtio.isr, toy.line.raised]).toEqual([0, false]);
});
