import type { LockFailureAction } from "../../../src/lock/index.ts";
import type { DeviceClass } from "../../../src/negotiation/index.ts";
import { byId } from "../dom.ts";
import type { LockTrouble, MemoryKind, Settings } from "../machine/settings.ts";
import { DriverChoice } from "./driver-choice.ts";

/** MiB of memory with room for the kernel and for the place where its initial file system is loaded. */
const LINUX_MIB = 256;

/** Callbacks for what was chosen. */
export interface SettingsListeners {
  /** The guest has to boot again. */
  reboot: () => void;
  /** Locking begins to fail, or works again. */
  locking: () => void;
}

/** Driver, class and size, and what to do about failed locks. */
export class SettingsPanel {
  readonly trouble: LockTrouble;
  readonly #driver = new DriverChoice();
  readonly #deviceClass = byId("device-class", HTMLSelectElement);
  readonly #memory = byId("memory", HTMLSelectElement);
  readonly #memoryKind = byId("memory-kind", HTMLSelectElement);
  readonly #failure = byId("failure", HTMLSelectElement);
  readonly #locksFail = byId("locks-fail", HTMLInputElement);

  constructor({ reboot, locking }: SettingsListeners) {
    this.#showLocks();
    this.trouble = { action: this.#action, failing: this.#locksFail.checked };
    const boot = (): void => {
      if (this.#driver.value === "linux") this.#memory.value = String(LINUX_MIB);
      this.#showLocks();
      reboot();
    };
    this.#driver.onChange(boot);
    for (const choice of [this.#deviceClass, this.#memory, this.#memoryKind])
      choice.addEventListener("change", boot);
    this.#failure.addEventListener("change", () => {
      this.trouble.action = this.#action;
    });
    this.#locksFail.addEventListener("change", () => {
      this.trouble.failing = this.#locksFail.checked;
      locking();
    });
  }

  get settings(): Settings {
    return {
      driver: this.#driver.value,
      deviceClass: this.#deviceClass.value as DeviceClass,
      memoryBytes: Number(this.#memory.value) * 2 ** 20,
      memoryKind: this.#memoryKind.value as MemoryKind,
    };
  }

  /** Boots the guest again, with memory that is not pinned. */
  usePlainMemory(): void {
    this.#memoryKind.value = "plain" satisfies MemoryKind;
    this.#memoryKind.dispatchEvent(new Event("change"));
    this.#memoryKind.focus({ preventScroll: true });
  }

  /** Without locks, none can fail. */
  #showLocks(): void {
    const plain = this.settings.memoryKind === "plain";
    for (const control of [this.#failure, this.#locksFail]) control.closest("label")!.hidden = plain;
  }

  get #action(): LockFailureAction {
    return this.#failure.value as LockFailureAction;
  }
}
