/// <reference lib="esnext.disposable" preserve="true" />
import type { Balloon, BalloonCounters, GuestStats, WaitOptions } from "../balloon/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";
import { check } from "../options/index.ts";
import { Attachment } from "./attachment.ts";
import { Compat } from "./compat.ts";
import { markDestroyed } from "./destroyed.ts";
import { makeStandIn } from "./make-device.ts";
import type { V86BalloonOptions } from "./options.ts";
import { PciFunction } from "./pci-function.ts";
import { replaceMethod } from "./replace-method.ts";
import type { FastStates } from "./states/fast-states.ts";
import type { V86Like } from "./v86-like.ts";
import { whenReady } from "./when-ready.ts";

const NOT_READY = "the machine is not ready yet";
const DISPOSED = "the balloon was disposed of";
/** PFNs have 32 bits. */
const MOST_FRAMES = 2 ** 32 - 1;

/**
 * A balloon in a v86 machine. `save_state` and `restore_state` include it in the machine's state.
 *
 * Until {@link ready}, it is an empty balloon that keeps the target it is given. Everything can be
 * used before then, except {@link device} and the states of {@link compat}.
 *
 * Every event is also sent on the emulator's bus: `emulator.add_listener("balloon0-inflate", …)`, see
 * {@link V86BalloonEvents}.
 */
export class V86Balloon {
  /**
   * Resolves with the device once the machine has it. Rejects with an Error if the machine cannot have it or is
   * destroyed before, or with the error that the option `host` threw.
   */
  readonly ready: Promise<Balloon>;
  /** The members of v86's own balloon, for code that was written for it. */
  readonly compat: Compat;
  readonly #emulator: V86Like;
  readonly #undo: (() => void)[] = [];
  #attachment: Attachment | undefined;
  /** Takes the place of the device until the machine is ready. */
  #standIn: Balloon | undefined;
  /**
   * The target, in bytes, that the host set while the machine was loading. It stays in force whatever state is restored
   * then.
   */
  #wish: number | undefined;
  #loading = true;
  #disposed = false;
  #resolve!: (device: Balloon) => void;
  #reject!: (error: unknown) => void;

  /** Called by {@link attachBalloon}. */
  constructor(emulator: V86Like, options: V86BalloonOptions) {
    this.#emulator = emulator;
    this.compat = this.#makeCompat();
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

  /** Why the balloon of the last restored state was refused; undefined if it was restored, or if the state had none. */
  get restoreRefusal(): string | undefined {
    return this.#attachment?.restoreRefusal;
  }

  /**
   * Why v86's own code still saves and restores the states of this machine, in one sentence. The reason is that this
   * package does not know that code. Undefined if faster code has replaced it, which writes and reads the same states.
   */
  get statesRefusal(): string | undefined {
    return this.#attachment?.statesRefusal;
  }

  /** @internal */
  get states(): FastStates | undefined {
    return this.#attachment?.states;
  }

  /** How much the guest is asked to give, in bytes: a multiple of 4096. */
  get target(): number {
    return this.#attachment?.device.target ?? this.#wish ?? 0;
  }

  /**
   * Rounds down to whole frames. Before {@link ready}, the target may be larger than guest memory; it then counts as all
   * of it.
   * @throws TypeError or RangeError unless it is an integer from 0 to the size of guest memory
   */
  set target(bytes: number) {
    check("target", { integer: [[0, this.#most]] }, bytes);
    if (this.#attachment !== undefined) this.#attachment.device.target = bytes;
    if (this.#loading) this.#wish = bytes - (bytes % FRAME_BYTES);
  }

  /**
   * The same as {@link Balloon.inflateTo}, after {@link ready}. The time limit starts only then.
   * @example
   * await balloon.inflateTo(64 * 2 ** 20);
   */
  async inflateTo(bytes: number, options?: WaitOptions): Promise<number> {
    return (await whenReady(this.ready, "inflateTo", options)).inflateTo(bytes, options);
  }

  /** The same as {@link Balloon.stats}, after {@link ready}. */
  async stats(options?: WaitOptions): Promise<GuestStats> {
    return (await whenReady(this.ready, "stats", options)).stats(options);
  }

  /** The same as {@link Balloon.cleanup}, after {@link ready}. */
  async cleanup(options?: WaitOptions): Promise<number> {
    return (await whenReady(this.ready, "cleanup", options)).cleanup(options);
  }

  /** How much the driver says it has given, in bytes. */
  get actual(): number {
    return this.#attachment?.device.actual ?? 0;
  }

  /** How much is in the balloon, in bytes. */
  get ballooned(): number {
    return this.#attachment?.device.ballooned ?? 0;
  }

  /** Returns the state of the balloon at this moment, as plain data. Before {@link ready} there are no frames. */
  counters(): BalloonCounters {
    if (this.#standIn === undefined) return this.device.counters();
    return { ...this.#standIn.counters(), frames: 0, targetFrames: this.target / FRAME_BYTES };
  }

  /** Resets the device, as a reboot of the machine does. */
  reset(): void {
    this.#attachment?.device.reset();
  }

  /** Whether the machine has its {@link device}: the machine is ready and the balloon has not ended. */
  get attached(): boolean {
    return this.#attachment !== undefined && !this.#disposed;
  }

  /** Whether the balloon has ended. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Ends the balloon, its timers and its listeners, and removes what it put into the machine. The guest keeps a device
   * that does nothing. `emulator.destroy()` does the same. May be called twice.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#end();
    // A caller need not wait for `ready`: an unhandled rejection must not end the process.
    this.ready.catch(() => undefined);
    this.#reject(new Error(DISPOSED));
  }

  /** The same as {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  get #absence(): string {
    return this.#disposed ? DISPOSED : NOT_READY;
  }

  /** The largest target. */
  get #most(): number {
    return (this.#attachment?.device.frames ?? MOST_FRAMES) * FRAME_BYTES;
  }

  #makeCompat(): Compat {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- accessors have a this of their own
    const balloon = this;
    return new Compat({
      get target(): number {
        return balloon.target;
      },
      set target(bytes: number) {
        balloon.target = bytes;
      },
      get actual(): number {
        return balloon.actual;
      },
      get disposed(): boolean {
        return balloon.disposed;
      },
      get most(): number {
        return balloon.#most;
      },
      freePages: (callback) => {
        if (this.#attachment === undefined) callback(0, this.#absence);
        else this.#attachment.questions.freePages(callback);
      },
      stats: (callback) => {
        if (this.#attachment === undefined) callback({}, this.#absence);
        else this.#attachment.questions.stats(callback);
      },
      save: () => this.#attached.save(),
      restore: (saved) => {
        this.#attached.restore(saved);
      },
      reset: () => {
        this.reset();
      },
    });
  }

  /** @throws Error before {@link ready} */
  get #attached(): Attachment {
    if (this.#attachment === undefined) throw new Error(this.#absence);
    return this.#attachment;
  }

  #attach(options: V86BalloonOptions): void {
    const restored = (): void => {
      if (this.#loading && this.#wish !== undefined) this.device.target = this.#wish;
    };
    const attachment = new Attachment(this.compat, this.#emulator, options, restored);
    this.#attachment = attachment;
    this.#standIn = undefined;
    if (this.#wish !== undefined) this.target = Math.min(this.#wish, this.#most);
    attachment.takeLeftBalloon();
    this.#resolve(attachment.device);
  }

  #attachLater(options: V86BalloonOptions): void {
    this.#standIn = makeStandIn(options);
    // This also checks the transport.
    new PciFunction(this.#standIn, options.transport ?? "modern", 0);
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

  /** Follows the life of the machine: loaded, started, stopped, destroyed. */
  #follow(): void {
    const loaded = (): void => {
      this.#loading = false;
      this.#attachment?.loaded();
    };
    this.#on("emulator-loaded", loaded);
    // v86 sends "ready" and "loaded" in the same turn, so a balloon that is attached later does not get the second
    // event.
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
