/// <reference lib="esnext.disposable" preserve="true" />
import { reportOf } from "../balloon/index.ts";
import type { Balloon, BalloonCounters } from "../balloon/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import type { Answer } from "./answers.ts";
import { Attachment } from "./attachment.ts";
import { markDestroyed } from "./destroyed.ts";
import { makeStandIn } from "./make-device.ts";
import type { V86BalloonOptions } from "./options.ts";
import { PciFunction } from "./pci-function.ts";
import { replaceMethod } from "./replace-method.ts";
import type { V86State } from "./state-codec.ts";
import type { V86Like } from "./v86-like.ts";
import type { VirtioBalloon } from "./virtio-balloon.ts";

/** More than there are is all of them. */
const FRAMES: Kind = { integer: [[0, Number.MAX_SAFE_INTEGER]] };

const NOT_READY = "the machine is not ready yet";
const DISPOSED = "the balloon was disposed of";
/** PFNs have 32 bits. */
const MOST_FRAMES = 2 ** 32 - 1;

/**
 * A balloon in a v86 machine. Takes the place of v86's own (`devices.virtio_balloon`), so `save_state` and
 * `restore_state` carry it, and has that device's members beside its own.
 *
 * Attached to a machine that is not ready yet, it is an empty balloon until {@link ready}: what it is asked to hold is
 * kept, and all but {@link device} can be used.
 *
 * Every event is also sent on the emulator's bus: `emulator.add_listener("balloon0-inflate", …)`, see
 * {@link V86BalloonEvents}.
 */
export class V86Balloon implements VirtioBalloon {
  /**
   * The device, once the machine has it. Rejects with an Error when the machine cannot have it, or was destroyed before;
   * and with what the option `host` threw.
   */
  readonly ready: Promise<Balloon>;
  readonly #emulator: V86Like;
  readonly #undo: (() => void)[] = [];
  #attachment: Attachment | undefined;
  /** What stands for the device until there is one. */
  #standIn: Balloon | undefined;
  /** What the host asked for while the machine was loading, in frames: it stands, whatever state is restored then. */
  #wish: number | undefined;
  #loading = true;
  #disposed = false;
  #resolve!: (device: Balloon) => void;
  #reject!: (error: unknown) => void;

  /** Called by {@link attachBalloon}. */
  constructor(emulator: V86Like, options: V86BalloonOptions) {
    this.#emulator = emulator;
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (isReady(emulator)) this.#attach(options);
    else this.#attachLater(options);
    this.#follow();
  }

  /** The device itself. @throws Error before {@link ready} */
  get device(): Balloon {
    if (this.#attachment === undefined) throw new Error(`${this.#absence}: await balloon.ready`);
    return this.#attachment.device;
  }

  /** Why the last restored state was not taken over; undefined when it was, or had no balloon. */
  get restoreRefusal(): string | undefined {
    return this.#attachment?.restoreRefusal;
  }

  /** What the guest is asked to give, in bytes; a multiple of 4096. */
  get target(): number {
    return this.num_pages * FRAME_BYTES;
  }

  /**
   * Before {@link ready} more than guest memory can be asked for; it counts as all of it.
   * @throws TypeError or RangeError unless whole frames within guest memory
   */
  set target(bytes: number) {
    const most = (this.#attachment?.device.frames ?? MOST_FRAMES) * FRAME_BYTES;
    check("target", { integer: [[0, most]], multipleOf: FRAME_BYTES }, bytes);
    this.#ask(bytes / FRAME_BYTES);
  }

  /** What the guest has given, in bytes. */
  get ballooned(): number {
    return (this.#attachment?.device.pages.count ?? 0) * FRAME_BYTES;
  }

  /** Features, outcome, counts: the whole state as plain data. Before {@link ready} there are no frames. */
  report(): BalloonCounters {
    if (this.#standIn === undefined) return this.device.counters();
    return { ...reportOf(this.#standIn), frames: 0, target: this.num_pages };
  }

  /** Whether the machine has its {@link device}: it was ready, and the balloon has not ended. */
  get attached(): boolean {
    return this.#attachment !== undefined && !this.#disposed;
  }

  /** Whether the balloon has ended. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Ends the balloon: its timers, its listeners, and all it put into the machine. The guest keeps a device that does
   * nothing. `emulator.destroy()` does the same. May be called twice.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#end();
    // Nobody need wait for it: no reason to end the process.
    this.ready.catch(() => undefined);
    this.#reject(new Error(DISPOSED));
  }

  /** {@link dispose} */
  [Symbol.dispose](): void {
    this.dispose();
  }

  // --- the members of v86's own device, in its units ---

  /** Target, in frames. */
  get num_pages(): number {
    return this.#attachment?.device.target ?? this.#wish ?? 0;
  }

  /** What the driver says it gave, in frames. */
  get actual(): number {
    return this.#attachment?.device.actual ?? 0;
  }

  /** Asks for `frames` more, up to the whole memory. @throws TypeError or RangeError unless a number of frames */
  Inflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.#ask(Math.min(this.num_pages + frames, this.#attachment?.device.frames ?? MOST_FRAMES));
  }

  /** Asks for `frames` less, down to none. @throws TypeError or RangeError unless a number of frames */
  Deflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.#ask(Math.max(this.num_pages - frames, 0));
  }

  /**
   * Zeroes all of the guest's free pages, then calls back with their size in bytes. Where not all could be had, with
   * what was, and the reason: at once when the guest cannot be asked, later when it is reset, or does not answer for
   * ten seconds.
   * @throws TypeError without a callback
   */
  Cleanup(callback: Answer<number>): void {
    check("callback", "function", callback);
    if (this.#attachment === undefined) callback(0, this.#absence);
    else this.#attachment.questions.freePages(callback);
  }

  /**
   * Calls back with the guest's statistics by name, once the driver has sent new ones. Where there are none, with {}
   * and the reason, as {@link Cleanup} does.
   * @throws TypeError without a callback
   */
  GetStats(callback: Answer<Record<string, number>>): void {
    check("callback", "function", callback);
    if (this.#attachment === undefined) callback({}, this.#absence);
    else this.#attachment.questions.stats(callback);
  }

  /** Resets the device, as a reboot of the machine does. */
  Reset(): void {
    this.#attachment?.device.virtio.reset();
  }

  /** For v86's `save_state`. @throws Error before {@link ready} */
  get_state(): V86State {
    if (this.#attachment === undefined) throw new Error(this.#absence);
    return this.#attachment.save();
  }

  /**
   * For v86's `restore_state`. A state without this device, or one this device cannot honour, leaves it reset; see
   * {@link restoreRefusal}. @throws Error before {@link ready}
   */
  set_state(saved: unknown): void {
    if (this.#attachment === undefined) throw new Error(this.#absence);
    this.#attachment.restore(saved);
  }

  get #absence(): string {
    return this.#disposed ? DISPOSED : NOT_READY;
  }

  #ask(frames: number): void {
    if (this.#attachment !== undefined) this.#attachment.device.target = frames;
    if (this.#loading) this.#wish = frames;
  }

  #attach(options: V86BalloonOptions): void {
    const restored = (): void => {
      if (this.#loading && this.#wish !== undefined) this.device.target = this.#wish;
    };
    const attachment = new Attachment(this, this.#emulator, options, restored);
    this.#attachment = attachment;
    this.#standIn = undefined;
    if (this.#wish !== undefined) this.#ask(Math.min(this.#wish, attachment.device.frames));
    attachment.takeLeftBalloon();
    this.#resolve(attachment.device);
  }

  #attachLater(options: V86BalloonOptions): void {
    this.#standIn = makeStandIn(options);
    // It also knows which transports there are.
    new PciFunction(this.#standIn.virtio, options.transport ?? "modern", 0);
    this.#on("emulator-ready", () => {
      try {
        if (this.#attachment === undefined) this.#attach(options);
      } catch (error) {
        this.#end();
        this.#reject(error);
      }
    });
  }

  #end(): void {
    this.#disposed = true;
    this.#attachment?.dispose();
    for (const undo of this.#undo) undo();
  }

  /** Goes along with the machine: loaded, started, stopped, destroyed. */
  #follow(): void {
    const loaded = (): void => {
      this.#loading = false;
      this.#attachment?.loaded();
    };
    this.#on("emulator-loaded", loaded);
    // v86 goes from ready to loaded without a pause: whoever is attached later does not hear of it.
    if (this.#attachment !== undefined) queueMicrotask(loaded);
    this.#on("emulator-started", () => this.#attachment?.started());
    this.#on("emulator-stopped", () => this.#attachment?.stopped());
    const undo = replaceMethod(this.#emulator, "destroy", (destroy) => () => {
      this.dispose();
      markDestroyed(this.#emulator);
      return destroy();
    });
    this.#undo.push(undo);
  }

  #on(event: string, listener: () => void): void {
    this.#emulator.add_listener(event, listener);
    this.#undo.push(() => {
      this.#emulator.remove_listener(event, listener);
    });
  }
}

/** Whether the machine has its memory and its bus, so that a device can be attached. */
function isReady(emulator: V86Like): boolean {
  const v86 = emulator.v86 as Partial<V86Like["v86"]> | undefined;
  const cpu = v86?.cpu as Partial<V86Like["v86"]["cpu"]> | undefined;
  return cpu?.devices?.pci !== undefined;
}
