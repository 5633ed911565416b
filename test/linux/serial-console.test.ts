import type { V86 } from "v86";
import { describe, expect, test, vi } from "vitest";
import { LinuxShell } from "../../rig/linux/shell.ts";
import { SerialConsole } from "../../rig/linux/serial-console.ts";

/** The two members of v86 that a console uses; the test plays the guest. */
class FakeEmulator {
  readonly sent: string[] = [];
  #listener: ((byte: number) => void) | undefined;

  add_listener(_event: "serial0-output-byte", listener: (byte: number) => void): void {
    this.#listener = listener;
  }

  serial_send_bytes(_port: 0, data: Uint8Array): void {
    this.sent.push(new TextDecoder().decode(data));
  }

  print(text: string): void {
    for (const byte of new TextEncoder().encode(text)) this.#listener?.(byte);
  }
}

function setUp(): { emulator: FakeEmulator; console: SerialConsole } {
  const emulator = new FakeEmulator();
  return { emulator, console: new SerialConsole(emulator as unknown as V86) };
}

describe("SerialConsole", () => {
  test("finds text that came before or after the wait began, once", async () => {
    const { emulator, console } = setUp();
    emulator.print("noise\nready 1\nready");
    expect((await console.waitFor(/ready (\d)\n/, 100))[1]).toBe("1");
    const next = console.waitFor(/ready (\d)\n/, 100);
    emulator.print(" 2\n");
    expect((await next)[1]).toBe("2");
    await expect(console.waitFor(/ready/, 1)).rejects.toThrow("no answer from the guest in 1 ms");
  });

  test("joins characters of several bytes", async () => {
    const { emulator, console } = setUp();
    emulator.print("größe €\n");
    expect((await console.waitFor(/.*\n/, 100))[0]).toBe("größe €\n");
  });

  test("fails with the last lines when the kernel panics", async () => {
    const { emulator, console } = setUp();
    const wait = expect(console.waitFor(/ready\n/, 60_000)).rejects.toThrow(/panicked.*\n.*no init found/);
    emulator.print("[1.0] Kernel panic - not syncing: no init found\n");
    await wait;
  });

  test("fails current and later waits when it is closed", async () => {
    const { console } = setUp();
    const wait = expect(console.waitFor(/ready\n/, 60_000)).rejects.toThrow("destroyed");
    console.close();
    await wait;
    await expect(console.waitFor(/ready\n/, 60_000)).rejects.toThrow("destroyed");
  });
});

describe("LinuxShell", () => {
  test("does not take an echo of the command, or late output of an earlier one, for its result", async () => {
    const { emulator, console } = setUp();
    const shell = new LinuxShell(console);
    await expect(shell.run("slow", 1)).rejects.toThrow("1 ms");
    const result = shell.run("id -u", 1000);
    await vi.waitUntil(() => emulator.sent.length === 2);
    emulator.print(emulator.sent.join("") + "<run 1>\nlate\n<end 1 0>\n<run 2>\r\n0\n<end 2 0>\r\n");
    expect(await result).toEqual({ output: "0\n", code: 0 });
  });
});
