import { Common, Legacy, Mmio } from "../../src/virtio/index.ts";
import type { TransportName } from "./step.ts";

/** What a register write asks of the device, if it makes the device look at rings or forget a driver. */
export type Meaning =
  { readonly kind: "notify"; readonly queue: number } | { readonly kind: "status"; readonly status: number };

/** The meaning of a write, decoded without the device's own registers. */
export function decodeAccess(
  transport: TransportName,
  offset: number,
  width: number,
  value: number,
): Meaning | undefined {
  const is = (register: number, bytes: number): boolean => offset === register && width === bytes;
  const notify = (queue: number): Meaning => ({ kind: "notify", queue });
  const status = (): Meaning => ({ kind: "status", status: value & 0xff });
  if (transport === "modern") {
    if (is(Common.DEVICE_STATUS, 1)) return status();
    return offset >= 0x40 && offset < 0x50 && offset % 2 === 0 ? notify((offset - 0x40) / 2) : undefined;
  }
  if (transport === "legacy") {
    if (is(Legacy.DEVICE_STATUS, 1)) return status();
    return is(Legacy.QUEUE_NOTIFY, 2) ? notify(value & 0xffff) : undefined;
  }
  if (is(Mmio.STATUS, 4)) return status();
  return is(Mmio.QUEUE_NOTIFY, 4) ? notify(value >>> 0) : undefined;
}
