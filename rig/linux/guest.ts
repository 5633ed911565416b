import { createHash } from "node:crypto";
import { join } from "node:path";
import { V86 } from "v86";
import { linuxCache } from "./cache.ts";
import { linuxMachine, type LinuxMachine, type MachineOptions } from "./machine.ts";
import { LinuxShell, SHELL_READY, type CommandResult } from "./shell.ts";
import { restoreOrBoot, StateFile } from "./state.ts";
import { SerialConsole } from "./serial-console.ts";

/** Ten times as long as an idle machine needs. */
const BOOT_TIMEOUT_MS = 180_000;
const ANSWER_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = 120_000;

/** Options for booting. */
export interface LinuxOptions extends MachineOptions {
  /**
   * Called with an initialised emulator that does not run yet. Attach a device here. Called again with another emulator
   * if a saved state turns out to be unusable.
   */
  readonly prepare: (emulator: V86) => void | Promise<void>;
  /**
   * A name for what `prepare` does to the machine. The guest is saved after its first boot, and later calls with the
   * same key and options restore it. If undefined, the guest is booted every time.
   */
  readonly cacheKey: string | undefined;
  /**
   * Called after a saved state was restored, before the guest runs. It should throw if what `prepare` attached cannot
   * go on with the state; the guest is then booted again and the state replaced.
   */
  readonly restored?: () => void;
  /** Gets lines for the user, about one a second, until the guest is up. */
  readonly onProgress?: (text: string) => void;
}

/** Values from /proc/meminfo under the kernel's own names, in KiB. */
export interface GuestMemory {
  readonly MemTotal: number;
  readonly MemFree: number;
  readonly MemAvailable: number;
}

/**
 * Boots Linux in v86, or restores it from the cache, to a root shell with the virtio balloon driver loaded. Takes 15 to
 * 30 s the first time, then about a second.
 *
 * @throws LinuxUnavailableError if no kernel is available; Error with the guest's last lines if it does not come up;
 * any error of `prepare`
 */
export async function bootLinux(options: LinuxOptions): Promise<LinuxGuest> {
  const say = options.onProgress ?? (() => undefined);
  const machine = await linuxMachine(options, () => {
    say("downloading Linux (60 MB of Debian packages)");
  });
  const start = (state?: ArrayBuffer): Promise<LinuxGuest> =>
    withClock(state ? "restoring Linux" : "booting Linux", say, () => startGuest(machine, options, state));
  if (options.cacheKey === undefined) return start();
  return restoreOrBoot(start, stateFile(machine, options.cacheKey));
}

function stateFile(machine: LinuxMachine, cacheKey: string): StateFile {
  const name = createHash("sha256").update(machine.fingerprint).update(cacheKey).digest("hex").slice(0, 32);
  return new StateFile(join(linuxCache(), "states", `${name}.gz`));
}

async function withClock<T>(what: string, say: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const tick = (): void => {
    say(`${what}, ${Math.round((performance.now() - started) / 1000)} s`);
  };
  tick();
  const timer = setInterval(tick, 1000);
  return work().finally(() => {
    clearInterval(timer);
  });
}

async function startGuest(
  { v86 }: LinuxMachine,
  { prepare, restored }: LinuxOptions,
  state: ArrayBuffer | undefined,
): Promise<LinuxGuest> {
  const emulator = new V86(v86);
  const guest = new LinuxGuest(emulator);
  try {
    await new Promise<void>((resolve) => {
      emulator.add_listener("emulator-loaded", resolve);
    });
    await prepare(emulator);
    if (state) {
      await guest.restore(state);
      restored?.();
    }
    await emulator.run();
    await (state ? guest.run("true", ANSWER_TIMEOUT_MS) : guest.booted(BOOT_TIMEOUT_MS));
    return guest;
  } catch (error) {
    await guest.destroy();
    throw error;
  }
}

/** v86's properties for the guest's time stamp counter. */
interface Clock {
  /** Low and high half. */
  readonly current_tsc: Uint32Array;
  store_current_tsc(): void;
  set_tsc(low: number, high: number): void;
}

/** A running Linux guest with a root shell. */
export class LinuxGuest {
  readonly emulator: V86;
  readonly #console: SerialConsole;
  readonly #shell: LinuxShell;

  /** @param emulator must not run yet, so that none of its output is missed */
  constructor(emulator: V86) {
    this.emulator = emulator;
    this.#console = new SerialConsole(emulator);
    this.#shell = new LinuxShell(this.#console);
  }

  /** Waits for the end of a boot. */
  async booted(timeoutMs: number): Promise<void> {
    await this.#console.waitFor(new RegExp(`${SHELL_READY}\r?\n`), timeoutMs);
  }

  /**
   * Runs `command` with `sh -c` and without input, after all earlier commands. `cd` and variables do not last. The
   * serial port is slow, so keep outputs below 20 KB. A command that exceeds its time limit continues to run in the
   * guest.
   *
   * @throws RangeError if the command is longer than about 4000 bytes; Error if it does not end within `timeoutMs`, if
   * the guest's kernel panics, or if the guest is destroyed
   */
  run(command: string, timeoutMs: number): Promise<CommandResult> {
    return this.#shell.run(command, timeoutMs);
  }

  /** Returns the output of a command, trimmed. @throws Error if the command fails, and the errors of {@link run} */
  async shell(command: string, timeoutMs: number = COMMAND_TIMEOUT_MS): Promise<string> {
    const { output, code } = await this.run(command, timeoutMs);
    if (code !== 0) throw new Error(`in the guest: ${command}: exit code ${code}\n${output}`);
    return output.trim();
  }

  /** How much memory the guest reports. */
  async memory(): Promise<GuestMemory> {
    const { output } = await this.run("head -n 3 /proc/meminfo", ANSWER_TIMEOUT_MS);
    const kib = (name: string): number => Number(new RegExp(`^${name}: *(\\d+) kB`, "m").exec(output)?.[1]);
    return { MemTotal: kib("MemTotal"), MemFree: kib("MemFree"), MemAvailable: kib("MemAvailable") };
  }

  /**
   * Returns the machine's state, for `emulator.restore_state` of an emulator that is made and prepared in the same way.
   */
  save(): Promise<ArrayBuffer> {
    return this.emulator.save_state();
  }

  /**
   * Restores a state of this machine. The guest's clock continues from the time of the save. Without this, v86 sets the
   * clock back when it restores a machine a second time, and the guest's timers stop until the clock has caught up.
   */
  async restore(state: ArrayBuffer): Promise<void> {
    const { cpu } = (this.emulator as unknown as { v86: { cpu: Clock } }).v86;
    // v86 computes the clock's new offset from a clock that still has the old offset. This makes the old offset zero.
    cpu.store_current_tsc();
    cpu.set_tsc(cpu.current_tsc[0]!, cpu.current_tsc[1]!);
    await this.emulator.restore_state(state);
  }

  /** Stops the guest and frees its resources. Running and later commands fail. */
  async destroy(): Promise<void> {
    this.#console.close();
    await this.emulator.destroy();
  }
}
