import type { Balloon } from "../balloon/index.ts";
import type { HostMemory } from "../host/index.ts";
import { Status } from "../virtio/index.ts";
import { deviceOf } from "../virtio/virtio-face.ts";
import type { VirtioDeviceState } from "../virtio/index.ts";
import { EVENTS } from "./events.ts";
import { GuestQuestions } from "./guest-questions.ts";
import { InterruptLines } from "./interrupt-lines.ts";
import { takeBalloon, withBalloon } from "./left-balloon.ts";
import { makeDevice } from "./make-device.ts";
import { missingPart } from "./missing-part.ts";
import { placementOf } from "./options.ts";
import type { Placement, V86BalloonOptions } from "./options.ts";
import { attachToPci, checkSlot, pciInterrupt, placeAsSaved } from "./pci-attachment.ts";
import { PciFunction } from "./pci-function.ts";
import { replaceMethod } from "./replace-method.ts";
import { driverOfOwnBalloon } from "./own-balloon.ts";
import { decodeState, encodeState } from "./state-codec.ts";
import type { SavedBalloon, V86State } from "./state-codec.ts";
import { FastStates } from "./states/fast-states.ts";
import { unknownStates } from "./states/known-states.ts";
import type { StatesMachine } from "./states/states-machine.ts";
import type { V86Cpu, V86Like } from "./v86-like.ts";

const NAME = "virtio-balloon";
/** Indices in the machine's state: the bytes that the BIOS last asked for, and the balloon. */
const FW_VALUE = 62;
const BALLOON = 84;
/** The status bits that a running driver has set. */
const UP = Status.ACKNOWLEDGE | Status.DRIVER | Status.FEATURES_OK | Status.DRIVER_OK;

/**
 * A device attached to a machine that is ready: it is on the bus, and takes part when v86 saves, restores and reboots.
 */
export class Attachment {
  readonly device: Balloon;
  readonly questions: GuestQuestions;
  restoreRefusal: string | undefined;
  readonly states: FastStates | undefined;
  /** Why v86's own code for saving and restoring states was not replaced; undefined if it was. */
  readonly statesRefusal: string | undefined;
  readonly #emulator: V86Like;
  readonly #cpu: V86Cpu;
  readonly #lines: InterruptLines;
  readonly #pci: PciFunction;
  readonly #placement: Placement;
  readonly #madeHost: HostMemory | undefined;
  readonly #undo: (() => void)[];
  /** The state that the machine is being restored from, and the events to send after the restore. */
  #restoring: unknown[] | undefined;
  readonly #untold: (() => void)[] = [];
  #reboots = 0;
  /** The machine should stop, but is still running. */
  #stopDue = false;

  /**
   * @param place the object that is on v86's bus and in its `devices`
   * @param restored called after the machine is restored, before any listener is called
   * @throws Error if the version of v86 is not known, if the machine has v86's own balloon, or if the PCI slot is taken; TypeError or RangeError for wrong
   * options. The machine is then unchanged.
   */
  constructor(place: object, emulator: V86Like, options: V86BalloonOptions, restored: () => void) {
    const missing = missingPart(emulator);
    if (missing !== undefined)
      throw new Error(`attachBalloon: this version of v86 is not known: it has no ${missing}`);
    const { cpu } = emulator.v86;
    this.#emulator = emulator;
    this.#cpu = cpu;
    this.#placement = placementOf(options);
    const { pciSlot, ioPort } = this.#placement;
    if (cpu.devices.virtio_balloon !== undefined)
      throw new Error("the machine has a balloon already; leave out v86's option virtio_balloon");
    checkSlot(cpu, pciSlot);
    this.#lines = new InterruptLines(cpu);
    try {
      const made = makeDevice(cpu, pciInterrupt(cpu, this.#lines, pciSlot), options);
      this.device = made.device;
      this.#madeHost = made.madeHost;
      this.#pci = new PciFunction(this.device, options.transport ?? "modern", ioPort);
    } catch (error) {
      this.#lines.dispose();
      throw error;
    }
    attachToPci(cpu, place, NAME, pciSlot, this.#pci);
    cpu.devices.virtio_balloon = place;
    this.questions = new GuestQuestions(
      this.device,
      () => emulator.v86.running,
      (work) => {
        this.#outside(work);
      },
    );
    this.#forwardEvents();
    this.#undo = this.#hook(place, restored);
    this.statesRefusal = unknownStates(emulator as StatesMachine);
    if (this.statesRefusal === undefined)
      this.states = new FastStates(emulator as StatesMachine, this.device);
    if (!emulator.v86.running) this.device.pause();
  }

  started(): void {
    this.device.resume();
    this.questions.started();
  }

  /** The machine has stopped. Guest memory is left alone until it starts again. */
  stopped(): void {
    this.device.pause();
  }

  loaded(): void {
    if (this.#stopDue) void this.#emulator.stop();
    this.#stopDue = false;
  }

  /** Disposes of the parts in the order of their dependencies. */
  dispose(): void {
    this.device.dispose();
    this.states?.dispose();
    for (const undo of this.#undo) undo();
    this.#lines.dispose();
    (this.#madeHost as { dispose?: () => void } | undefined)?.dispose?.();
  }

  save(): V86State {
    const { transport, selections } = this.#pci;
    const slot = this.#placement.pciSlot;
    return encodeState({ state: this.device.state(), transport, slot, ...selections });
  }

  /** Takes over a saved balloon, or records why it cannot. */
  restore(saved: unknown): void {
    this.restoreRefusal = undefined;
    try {
      const decoded = decodeState(saved);
      if (decoded === undefined) this.#restoreWithout(saved);
      else this.#restoreFrom(decoded);
    } catch (error) {
      this.#refuse(String(error), undefined);
    }
  }

  /**
   * Takes over a balloon that was in a state from which the machine was restored before this balloon was attached. The
   * device can go on with it only if the guest has not run since: a driver that found no device is lost.
   */
  takeLeftBalloon(): void {
    const left = takeBalloon(this.#cpu);
    if (left === undefined) return;
    // The driver looks for the device at the saved BARs, even if only to find out that it needs a reset.
    if (left.transport === this.#pci.transport) placeAsSaved(this.#cpu, this.#placement.pciSlot, left.space);
    if (this.#cpu.instruction_counter[0] === 0) this.restore(left.saved);
    else
      this.#refuse("the machine was restored before the balloon was attached, and has run since", undefined);
  }

  #restoreWithout(saved: unknown): void {
    this.device.reset();
    if (driverOfOwnBalloon(saved))
      this.#tellRefusal("the state is of a machine with v86's own balloon: its driver has lost its device");
  }

  #restoreFrom(saved: SavedBalloon): void {
    const refusal = this.#placeRefusal(saved) ?? this.device.restore(saved.state);
    if (refusal === undefined) this.#pci.selections = saved;
    else this.#refuse(refusal, saved);
  }

  /**
   * Returns why the saved device does not fit this one. v86 gives the device the configuration space that was saved for
   * its slot, so the BARs must be of the same kind.
   */
  #placeRefusal({ slot, transport: before }: SavedBalloon): string | undefined {
    const { pciSlot } = this.#placement;
    if (slot !== pciSlot)
      return `saved in PCI slot ${slot}, this device is in ${pciSlot}: its pciSlot must be ${slot}`;
    const { transport } = this.#pci;
    return before === transport ? undefined : `saved with a ${before} device, this one is ${transport}`;
  }

  /**
   * Refuses a saved balloon. The guest has a driver whose device is gone: the device tells the driver by the status
   * register and a configuration interrupt (VIRTIO 1.3 §2.1.2), and tells the host the reason.
   */
  #refuse(reason: string, saved: SavedBalloon | undefined): void {
    const virtio = deviceOf(this.device);
    virtio.reset();
    virtio.restore(this.#stopped(saved));
    virtio.needsReset();
    this.#lowerSavedLine(saved);
    this.#tellRefusal(reason);
  }

  /** Lowers the interrupt line if the saved device asserted it, because no other device would. */
  #lowerSavedLine(saved: SavedBalloon | undefined): void {
    const pci_id = saved === undefined ? this.#pciId : saved.slot << 3;
    const silent =
      pci_id === this.#pciId ? deviceOf(this.device).isr === 0 : !this.#cpu.devices.pci.devices[pci_id];
    if (silent)
      this.#outside(() => {
        this.#lines.lower(pci_id);
      });
  }

  /** The state of a stopped device whose driver, if there is one, believes that it runs. */
  #stopped(saved: SavedBalloon | undefined): VirtioDeviceState {
    const { status = UP, interface: before } = saved?.state.virtio ?? {};
    const via = before ?? (this.#pci.transport === "legacy" ? "legacy" : undefined);
    return { status, accepted: 0n, isr: 0, generation: 0, queues: [], interface: via };
  }

  get #pciId(): number {
    return this.#placement.pciSlot << 3;
  }

  #tellRefusal(reason: string): void {
    this.restoreRefusal = reason;
    this.#send("restore-refused", reason);
    this.#stopIfAsked();
  }

  #stopIfAsked(): void {
    if (this.#placement.onRefused !== "stop") return;
    if (this.#emulator.v86.running) void this.#emulator.stop();
    else this.#stopDue = true;
  }

  /** Hooks into v86's reboot, save and restore. Returns the functions that remove the hooks. */
  #hook(place: object, restored: () => void): (() => void)[] {
    const cpu = this.#cpu;
    return [
      // A reboot ends the driver without notice. v86 resets its own devices by name in this method.
      replaceMethod(cpu, "reboot_internal", (reboot) => () => {
        this.#reboots++;
        this.device.reset();
        reboot();
      }),
      // In early versions of v86 `restart` resets the processor alone.
      replaceMethod(this.#emulator.v86, "restart", (restart) => () => {
        const before = this.#reboots;
        restart();
        if (this.#reboots === before) this.device.reset();
      }),
      replaceMethod(cpu, "get_state", (get) => () => this.#saveInto(get())),
      replaceMethod(cpu, "set_state", (set) => (state) => {
        this.#duringRestore(state, () => {
          set(state);
          takeBalloon(cpu);
          restored();
        });
      }),
      () => {
        if (cpu.devices.virtio_balloon === place) cpu.devices.virtio_balloon = undefined;
      },
    ];
  }

  #saveInto(state: unknown[]): unknown[] {
    const saved = this.save();
    const space = this.#cpu.devices.pci.device_spaces[this.#pciId]!;
    state[BALLOON] = saved;
    state[FW_VALUE] = withBalloon(state[FW_VALUE] as Iterable<unknown>, {
      saved,
      space,
      transport: this.#pci.transport,
    });
    return state;
  }

  #duringRestore(state: unknown[], restore: () => void): void {
    this.#restoring = state;
    try {
      this.#lines.during(restore);
    } finally {
      this.#restoring = undefined;
      for (const tell of this.#untold.splice(0)) tell();
    }
  }

  #forwardEvents(): void {
    for (const name of EVENTS) {
      this.device.on(name, (value: unknown) => {
        this.#send(name, value);
      });
    }
    this.device.on("negotiated", ({ result, reason }) => {
      if (result === "accepted") return;
      this.#send("refused", reason);
      this.#stopIfAsked();
    });
  }

  #send(name: string, value: unknown): void {
    this.#outside(() => {
      this.#emulator.emulator_bus.send(`balloon0-${name}`, value);
    });
  }

  /** Runs code of the host. That code may save the machine, so it waits until a restore is complete. */
  #outside(work: () => void): void {
    if (this.#restoring === undefined) work();
    else this.#untold.push(work);
  }
}
