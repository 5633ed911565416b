import { Balloon } from "../balloon/index.ts";
import { ZeroingHost } from "../host/index.ts";
import { FRAME_BYTES, LinearMemory } from "../memory/index.ts";
import type { HostMemory } from "../host/index.ts";
import type { InterruptLine } from "../virtio/index.ts";
import type { V86BalloonOptions } from "./options.ts";
import type { V86Cpu } from "./v86-like.ts";

/** What was made for a machine. */
interface MadeDevice {
  readonly device: Balloon;
  readonly madeHost: HostMemory | undefined;
}

/** Makes the device for a machine that is ready, and its host if the options have a function for it. */
export function makeDevice(cpu: V86Cpu, interrupt: InterruptLine, options: V86BalloonOptions): MadeDevice {
  const memory = new LinearMemory(
    () => guestBytes(cpu),
    0,
    () => cpu.wasm_memory,
  );
  const zeroing = new ZeroingHost(memory, (start, end) => {
    cpu.jit_dirty_cache(start, end);
  });
  const madeHost =
    typeof options.host === "function" ? options.host(zeroing, memory.bytes.length / FRAME_BYTES) : undefined;
  const host = madeHost ?? (options.host as HostMemory | undefined) ?? zeroing;
  return { device: deviceOn(memory, interrupt, host, options), madeHost };
}

/**
 * Makes a device with one frame and no guest, to use until the machine is ready. Wrong options are found at once, and
 * the counters can be read.
 */
export function makeStandIn(options: V86BalloonOptions): Balloon {
  const ram = new Uint8Array(FRAME_BYTES);
  const memory = new LinearMemory(() => ram);
  const { host } = options;
  return deviceOn(
    memory,
    { raise: () => undefined, lower: () => undefined },
    typeof host === "function" || host === undefined ? new ZeroingHost(memory) : host,
    options,
  );
}

/** What is not given has the device's own default. */
function deviceOn(
  memory: LinearMemory,
  interrupt: InterruptLine,
  host: HostMemory,
  options: V86BalloonOptions,
): Balloon {
  const { onRefused, transport, pciSlot, ioPort, ...own } = options;
  return new Balloon({ ...own, memory, interrupt, host });
}

/** v86's memory is a WebAssembly.Memory that can grow, which detaches every view of it. */
function guestBytes(cpu: V86Cpu): Uint8Array {
  return new Uint8Array(cpu.wasm_memory.buffer, cpu.mem8.byteOffset, cpu.memory_size[0]);
}
