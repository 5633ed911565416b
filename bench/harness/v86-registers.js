import { Bar } from "../../build/src/virtio/index.js";

/** Where v86's own balloon puts the four structures of a modern device, each in a BAR of its own; both queues notify at one. */
const OWN_PORTS = { common: 0xd800, notify: 0xd900, notifyStep: 0, isr: 0xd700, device: 0xd600 };
/** Where `attachBalloon` puts them, all in one BAR. */
const OUR_PORTS = {
  common: 0xdc00 + Bar.COMMON,
  notify: 0xdc00 + Bar.NOTIFY,
  notifyStep: 1,
  isr: 0xdc00 + Bar.ISR,
  device: 0xdc00 + Bar.DEVICE,
};

/** A device's registers through v86's I/O ports, laid out as in our BAR: what `in` and `out` of a guest end in. */
export class V86Registers {
  constructor({ v86: { cpu } }, own) {
    this.io = cpu.io;
    this.ports = own ? OWN_PORTS : OUR_PORTS;
  }

  read(offset, width) {
    if (width === 1) return this.io.port_read8(this.#port(offset));
    return width === 2 ? this.io.port_read16(this.#port(offset)) : this.io.port_read32(this.#port(offset));
  }

  write(offset, width, value) {
    if (width === 1) this.io.port_write8(this.#port(offset), value);
    else if (width === 2) this.io.port_write16(this.#port(offset), value);
    else this.io.port_write32(this.#port(offset), value);
  }

  #port(offset) {
    if (offset < Bar.NOTIFY) return this.ports.common + offset - Bar.COMMON;
    if (offset < Bar.ISR) return this.ports.notify + this.ports.notifyStep * (offset - Bar.NOTIFY);
    if (offset < Bar.DEVICE) return this.ports.isr + offset - Bar.ISR;
    return this.ports.device + offset - Bar.DEVICE;
  }
}
