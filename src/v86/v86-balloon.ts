import { BalloonDevice, reportOf } from "../device/index.ts";
import type { BalloonReport, GuestStats } from "../device/index.ts";
import { FRAME_BYTES, ZeroingHost } from "../host/index.ts";
import type { HostMemory } from "../host/index.ts";
import { GuestMemory } from "../virtio/index.ts";
import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import { EVENTS } from "./events.ts";
import type { V86BalloonOptions } from "./options.ts";
import { attachToPci, pciInterrupt } from "./pci-attachment.ts";
import { PciFunction } from "./pci-function.ts";
import { decodeState, encodeState } from "./state-codec.ts";
import type { SavedBalloon, V86State } from "./state-codec.ts";
import type { V86Cpu, V86Like } from "./v86-like.ts";
import type { VirtioBalloon } from "./virtio-balloon.ts";

/** More than there are is all of them. */
const FRAMES: Kind = { integer: [[0, Number.MAX_SAFE_INTEGER]] };

const NAME = "virtio-balloon";

/**
 * A balloon in a v86 machine. Takes the place of v86's own (`devices.virtio_balloon`), so `save_state` and
 * `restore_state` carry it, and has that device's members beside its own.
 *
 * Every event is also sent on the emulator's bus: `emulator.add_listener("balloon0-inflate", …)`, see
 * {@link V86BalloonEvents}.
 */
export class V86Balloon implements VirtioBalloon {
  readonly device: BalloonDevice;
  /** Why the last restored state was not taken over; undefined when it was, or had none of this device. */
  restore_refusal: string | undefined;
  readonly #pci: PciFunction;
  #onStats: ((stats: Record<string, number>) => void) | undefined;
  #onCleanup: ((bytes: number) => void) | undefined;

  /** Called by {@link attach_balloon}. */
  constructor(emulator: V86Like, options: V86BalloonOptions) {
    const { cpu } = emulator.v86;
    const slot = options.pci_slot ?? 0x0d;
    this.device = makeDevice(cpu, slot, options);
    this.#pci = new PciFunction(this.device.virtio, options.transport ?? "modern", options.io_port ?? 0xdc00);
    attachToPci(cpu, this, NAME, slot, this.#pci);
    cpu.devices.virtio_balloon = this;
    this.#forwardEvents(emulator);
    this.#answerCallbacks();
    resetOnReboot(cpu, this.device);
  }

  /** What the guest is asked to give, in bytes; a multiple of 4096. */
  get target(): number {
    return this.device.target * FRAME_BYTES;
  }

  /** @throws TypeError or RangeError unless whole frames within guest memory */
  set target(bytes: number) {
    const most = this.device.frames * FRAME_BYTES;
    check("target", { integer: [[0, most]], multipleOf: FRAME_BYTES }, bytes);
    this.device.target = bytes / FRAME_BYTES;
  }

  /** What the guest has given, in bytes. */
  get held(): number {
    return this.device.held.count * FRAME_BYTES;
  }

  /** Features, verdict, counts: the whole state as plain data. */
  report(): BalloonReport {
    return reportOf(this.device);
  }

  // --- the members of v86's own device, in its units ---

  /** Target, in frames. */
  get num_pages(): number {
    return this.device.target;
  }

  /** What the driver says it gave, in frames. */
  get actual(): number {
    return this.device.actual;
  }

  /** Asks for `frames` more, up to the whole memory. @throws TypeError or RangeError unless a number of frames */
  Inflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.device.target = Math.min(this.device.target + frames, this.device.frames);
  }

  /** Asks for `frames` less, down to none. @throws TypeError or RangeError unless a number of frames */
  Deflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.device.target = Math.max(this.device.target - frames, 0);
  }

  /**
   * Zeroes all of the guest's free pages, then calls back with their size in bytes; 0 without FREE_PAGE_HINT. A callback
   * that still waits is replaced.
   * @throws TypeError without a callback
   */
  Cleanup(callback: (bytes: number) => void): void {
    check("callback", "function", callback);
    if (!this.device.requestFreePages()) callback(0);
    else this.#onCleanup = callback;
  }

  /**
   * Calls back with the guest's statistics by name, once the driver has sent new ones. A callback that still waits is
   * replaced.
   * @throws TypeError without a callback
   */
  GetStats(callback: (stats: Record<string, number>) => void): void {
    check("callback", "function", callback);
    this.#onStats = callback;
    this.device.requestStats();
  }

  /** Resets the device, as a reboot of the machine does. */
  Reset(): void {
    this.device.virtio.reset();
  }

  /** For v86's `save_state`. */
  get_state(): V86State {
    const { transport, selections } = this.#pci;
    return encodeState({ state: this.device.state(), transport, ...selections });
  }

  /** A state without this device, or one this device cannot honour, leaves it reset; see {@link restore_refusal}. */
  set_state(saved: unknown): void {
    this.restore_refusal = undefined;
    try {
      const decoded = decodeState(saved);
      if (decoded === undefined) this.Reset();
      else this.#restore(decoded);
    } catch (error) {
      this.#refuse(String(error));
    }
  }

  /** Each callback is called once: a driver may also send statistics unasked. */
  #answerCallbacks(): void {
    this.device.events.on("stats", (stats) => {
      const answer = this.#onStats;
      this.#onStats = undefined;
      answer?.(numbersOf(stats));
    });
    this.device.events.on("hint-done", (frames) => {
      const answer = this.#onCleanup;
      this.#onCleanup = undefined;
      answer?.(frames * FRAME_BYTES);
    });
  }

  #restore(saved: SavedBalloon): void {
    const refusal = this.#transportRefusal(saved) ?? this.device.restore(saved.state);
    if (refusal !== undefined) this.#refuse(refusal);
    else this.#pci.selections = saved;
  }

  /** v86 gives the device the BARs it was saved with, so they must be of the same kind. */
  #transportRefusal({ transport: saved = "modern" }: SavedBalloon): string | undefined {
    const { transport } = this.#pci;
    return saved === transport ? undefined : `saved with a ${saved} device, this one is ${transport}`;
  }

  /** The guest has a driver for a device that is no longer there: it is told by the status, the host by the reason. */
  #refuse(reason: string): void {
    this.restore_refusal = reason;
    this.device.virtio.reset();
    this.device.virtio.needsReset();
  }

  #forwardEvents({ emulator_bus }: V86Like): void {
    for (const name of EVENTS) {
      const event = `balloon0-${name}`;
      this.device.events.on(name, (value: unknown) => {
        emulator_bus.send(event, value);
      });
    }
  }
}

function makeDevice(cpu: V86Cpu, slot: number, options: V86BalloonOptions): BalloonDevice {
  const memory = new GuestMemory(() => guestBytes(cpu));
  const zeroing = new ZeroingHost(
    () => memory.bytes,
    (start, end) => {
      cpu.jit_dirty_cache(start, end);
    },
  );
  const { silent_deflate, silent_deflate_bit, on_lock_failure, queue_numbering } = options;
  return new BalloonDevice({
    memory,
    interrupt: pciInterrupt(cpu, slot),
    host: hostOf(options, zeroing, memory.size / FRAME_BYTES),
    silentDeflate: silent_deflate ?? "optional",
    ...(silent_deflate_bit === undefined ? {} : { silentDeflateBit: silent_deflate_bit }),
    revision: options.revision ?? 2,
    onLockFailure: on_lock_failure ?? "degrade",
    queueNumbering: queue_numbering ?? "negotiated",
    stats: options.stats ?? true,
    deflateOnOom: options.deflate_on_oom ?? false,
    freePageHint: options.free_page_hint ?? true,
    freePageReporting: options.free_page_reporting ?? false,
    relockFreePages: options.relock_free_pages ?? false,
    poisonedPages: options.poisoned_pages ?? "skip",
    ...(options.on_chain === undefined ? {} : { onChain: options.on_chain }),
  });
}

function numbersOf(stats: GuestStats): Record<string, number> {
  return Object.fromEntries(Object.entries(stats).map(([name, value]) => [name, Number(value)]));
}

function hostOf({ host }: V86BalloonOptions, zeroing: HostMemory, frames: number): HostMemory {
  return typeof host === "function" ? host(zeroing, frames) : (host ?? zeroing);
}

/** v86's memory is a WebAssembly.Memory that can grow, which detaches every view of it. */
function guestBytes(cpu: V86Cpu): Uint8Array {
  return new Uint8Array(cpu.wasm_memory.buffer, cpu.mem8.byteOffset, cpu.memory_size[0]);
}

/** A reboot ends the driver without a word; v86 resets its own devices from this method, by name. */
function resetOnReboot(cpu: V86Cpu, device: BalloonDevice): void {
  const reboot = cpu.reboot_internal.bind(cpu);
  cpu.reboot_internal = () => {
    device.virtio.reset();
    reboot();
  };
}
