import { LinearMemory } from "../../src/memory/index.ts";
import { MockDriver, ModernBar, VirtioDevice } from "../../src/virtio/index.ts";
import type { DeviceModel, InterruptLine } from "../../src/virtio/index.ts";

/** One buffer of a chain that the device saw. */
export interface SeenBuffer {
  readonly address: number;
  readonly bytes: number;
  readonly writable: boolean;
}

export interface SeenChain {
  readonly queue: number;
  readonly head: number;
  readonly fault: string | undefined;
  readonly buffers: readonly SeenBuffer[];
}

export const VERSION_1: bigint = 1n << 32n;
export const EVENT_IDX: bigint = 1n << 29n;
export const INDIRECT: bigint = 1n << 28n;

/** A device that only returns what it gets, and remembers it. */
export class Toy implements DeviceModel {
  readonly deviceId: number = 5;
  offeredFeatures: bigint = VERSION_1 | EVENT_IDX | INDIRECT | 1n | (1n << 50n) | (1n << 77n) | (1n << 127n);
  /** Features that it refuses in combination with others. */
  refused = 0n;
  readonly chains: SeenChain[] = [];
  readonly config: DataView = new DataView(new ArrayBuffer(16));
  readonly configWrites: (readonly [offset: number, width: number, value: number])[] = [];
  readonly log: string[] = [];
  readonly virtio: VirtioDevice;
  readonly bar: ModernBar;
  readonly driver: MockDriver;
  readonly memory: LinearMemory;
  readonly line: { raised: boolean; raises: number } & InterruptLine = {
    raised: false,
    raises: 0,
    raise() {
      this.raised = true;
      this.raises++;
    },
    lower() {
      this.raised = false;
    },
  };
  readonly #sizes: readonly number[];
  readonly #offeredTimes: number;

  /** @param offeredTimes how many times larger the queues are while nothing is negotiated */
  constructor(sizes: readonly number[] = [256, 8, 0], offeredTimes = 2, bytes = 0x10000) {
    this.#sizes = sizes;
    this.#offeredTimes = offeredTimes;
    const ram = new Uint8Array(bytes);
    this.memory = new LinearMemory(() => ram);
    this.virtio = new VirtioDevice(this.memory, this.line, sizes.length);
    this.virtio.connect(this);
    this.bar = new ModernBar(this.virtio);
    this.driver = new MockDriver(this.bar, this.memory, 0);
  }

  sizeQueues(_features: bigint, negotiated: boolean): readonly number[] {
    return negotiated ? this.#sizes : this.#sizes.map((size) => size * this.#offeredTimes);
  }

  acceptFeatures(accepted: bigint): boolean {
    this.log.push("acceptFeatures");
    return (accepted & this.refused) === 0n && (accepted & ~this.offeredFeatures) === 0n;
  }

  notified(index: number): boolean {
    const queue = this.virtio.queues[index]!;
    const before = this.chains.length;
    while (queue.pop() === "chain") {
      const { chain } = queue;
      const buffers = Array.from({ length: chain.length }, (_, i) => ({
        address: chain.address(i),
        bytes: chain.bytes(i),
        writable: i >= chain.readable,
      }));
      this.chains.push({ queue: index, head: chain.head, fault: chain.fault, buffers });
      queue.push(chain.head, chain.writableBytes);
    }
    queue.askForKick();
    this.virtio.signalQueue(queue);
    return this.chains.length > before;
  }

  queueReset(index: number): void {
    this.log.push(`queueReset ${index}`);
  }

  readConfig(offset: number, width: number): number {
    return width === 1 ? this.config.getUint8(offset) : this.config.getUint32(offset, true);
  }

  writeConfig(offset: number, width: number, value: number): void {
    this.configWrites.push([offset, width, value]);
  }

  reset(): void {
    this.log.push("reset");
  }
}
