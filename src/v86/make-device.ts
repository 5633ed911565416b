import { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES, ZeroingHost } from "../host/index.ts";
import type { HostMemory } from "../host/index.ts";
import { GuestMemory } from "../virtio/index.ts";
import type { InterruptLine } from "../virtio/index.ts";
import type { V86BalloonOptions } from "./options.ts";
import type { V86Cpu } from "./v86-like.ts";

/** Makes the device for a machine that is ready, and its host if the options have a function for it. */
export function makeDevice(
  cpu: V86Cpu,
  interrupt: InterruptLine,
  options: V86BalloonOptions,
): { device: Balloon; madeHost: HostMemory | undefined } {
  const memory = new GuestMemory(() => guestBytes(cpu));
  const zeroing = new ZeroingHost(
    () => memory.bytes,
    (start, end) => {
      cpu.jit_dirty_cache(start, end);
    },
    () => cpu.wasm_memory,
  );
  const madeHost =
    typeof options.host === "function" ? options.host(zeroing, memory.size / FRAME_BYTES) : undefined;
  const host = madeHost ?? (options.host as HostMemory | undefined) ?? zeroing;
  return { device: deviceOn(memory, interrupt, host, options), madeHost };
}

/**
 * Makes a device with one frame and no guest, to use until the machine is ready. Wrong options are found at once, and
 * the counters can be read.
 */
export function makeStandIn(options: V86BalloonOptions): Balloon {
  const ram = new Uint8Array(FRAME_BYTES);
  const { host } = options;
  return deviceOn(
    new GuestMemory(() => ram),
    { raise: () => undefined, lower: () => undefined },
    typeof host === "function" || host === undefined ? new ZeroingHost(() => ram) : host,
    options,
  );
}

/** What is not given has the device's own default. */
function deviceOn(
  memory: GuestMemory,
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
