// The device in an emulator that is not v86, here one of four lines whose "guest" is the package's own mock driver.
import { Feature, featureSet } from "ballonet";
import { MockDriver } from "ballonet/testing";

const ram = new Uint8Array(64 * 1024 * 1024);
const pic = { raise: () => undefined, lower: () => undefined };
const pci = { add: () => undefined };
const io = {};

// README: other
import { Balloon, guestMemory, ZeroingHost } from "ballonet";
import { ModernBar, modernConfigSpace } from "ballonet/virtio";

const memory = guestMemory(() => ram); // a Uint8Array of guest physical memory
const interrupt = { raise: () => pic.raise(11), lower: () => pic.lower(11) };
const balloon = new Balloon({ memory, interrupt, host: new ZeroingHost(memory) });
const bar = new ModernBar(balloon);
pci.add({ config: modernConfigSpace(0xc000), port: 0xc000, size: 128 });
io.read = (port, width) => bar.read(port - 0xc000, width); // width in bytes
io.write = (port, width, value) => bar.write(port - 0xc000, width, value);
balloon.on("inflate", ({ balloonedFrames }) => console.log(`${balloonedFrames} frames given back`));
balloon.target = 3 * 4096; // bytes
// end

const registers = {
  read: (offset, width) => io.read(0xc000 + offset, width),
  write: (offset, width, value) => io.write(0xc000 + offset, width, value),
};
const driver = new MockDriver(registers, memory, 0x1000);
driver.negotiate(featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST));
const inflateQueue = driver.queue(0);
driver.ready();
const batch = driver.allocate(12);
[500, 501, 502].forEach((pfn, i) => memory.write32(batch + 4 * i, pfn));
inflateQueue.add({ address: batch, bytes: 12 });
inflateQueue.kick();
