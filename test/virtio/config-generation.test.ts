import { beforeEach, describe, expect, test } from "vitest";
import { Common } from "../../src/virtio/index.ts";
import { Toy, VERSION_1 } from "./toy.ts";

let toy: Toy;
const generation = (): number => toy.bar.read(Common.CONFIG_GENERATION, 1);

beforeEach(() => {
  toy = new Toy();
});

describe("the configuration generation", () => {
  test("stays the same while nothing changes, however often it is read", () => {
    const first = generation();
    expect([generation(), generation()]).toEqual([first, first]);
  });

  test("changes with the configuration, by one step for any number of changes between two reads (PCI-9)", () => {
    const first = generation();
    for (let i = 0; i < 256; i++) toy.virtio.configChanged();
    expect([generation(), generation()]).toEqual([(first + 1) & 0xff, (first + 1) & 0xff]);
  });

  test("wraps at 256", () => {
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) {
      toy.virtio.configChanged();
      seen.add(generation());
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  test("change interrupts a driver that is up, and no other", () => {
    toy.virtio.configChanged();
    expect(toy.line.raises).toBe(0);
    toy.driver.negotiate(VERSION_1);
    toy.virtio.configChanged();
    expect(toy.line.raises).toBe(0);
    toy.driver.ready();
    toy.virtio.configChanged();
    expect(toy.driver.interrupts()).toEqual({ queue: false, config: true });
  });

  test("changes at a restore if the configuration changed after the driver last read it (PCI-9)", () => {
    const first = generation();
    toy.virtio.configChanged();
    const other = new Toy();
    other.virtio.restore(toy.virtio.state());
    toy = other;
    expect(generation()).not.toBe(first);
  });

  test("stays the same at a restore if nothing changed, although a reset counts as a change", () => {
    toy.virtio.configChanged();
    const first = generation();
    const other = new Toy();
    other.virtio.configChanged();
    other.virtio.restore(toy.virtio.state());
    toy = other;
    expect(generation()).toBe(first);
  });
});
