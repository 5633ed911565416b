import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bootLinuxWith } from "../../rig/linux/balloon.ts";
import { linuxFiles } from "../../rig/linux/files.ts";
import type { DriverName } from "../../rig/linux/files.ts";
import { attachBalloon, compact } from "../../src/v86/index.ts";
import type { V86Like } from "../../src/v86/index.ts";
import { linux } from "./gate.ts";
import { WaitingDisk } from "./waiting-disk.ts";
import { note, settle, until } from "./machine.ts";
import type { LinuxMachine } from "./machine.ts";

const MIB = 2 ** 20;
const DRIVERS: readonly DriverName[] = ["network", "disk", "share", "sound"];
const BALLOONED = 20_000;
const DATA = randomBytes(3 * MIB);
const PIECES = 3;
/** How often the machine is compacted while the guest does one thing. */
const MOVES = 3;
const TIMEOUT_MS = 120_000;
const POLL = { timeout: 30_000 };
/** What the kernel says of hardware that does not answer, and of its own faults. */
const ERRORS = "Oops|BUG:|nobody cared|I/O error|timed out|exception Emask";

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** What is sent on v86's bus to and from its devices. */
interface Bus {
  send(name: string): void;
}

describe.skipIf(!linux.available)(`Linux that is compacted goes on during${linux.note}`, () => {
  const disk = new WaitingDisk(8 * MIB);
  let machine: LinuxMachine;
  let compactions = 0;

  beforeAll(async () => {
    machine = await bootLinuxWith((emulator) => ({ balloon: attachBalloon(emulator) }), {
      drivers: DRIVERS,
      v86: { hda: disk as never, filesystem: {}, net_device: { type: "ne2k", relay_url: "fetch" } },
      cacheKey: "devices",
    });
    await insert("share");
    await machine.guest.shell("mkdir /mnt && mount -t 9p -o trans=virtio,version=9p2000.L host9p /mnt");
    await machine.guest.emulator.create_file("/data", DATA);
    await machine.guest.shell("cp /mnt/data /tmp/data");
    expect(await sumOf("/tmp/data")).toBe(md5(DATA));
    await settle(machine, BALLOONED);
  }, 240_000);

  afterEach(async () => {
    expect(machine.balloon.counters()).toMatchObject({ faults: {}, needsReset: false });
    expect(await sumOf("/tmp/data")).toBe(md5(DATA));
    expect(await machine.guest.shell(`dmesg | grep -E "${ERRORS}" || true`)).toBe("");
  }, TIMEOUT_MS);

  afterAll(async () => {
    note(`${compactions} compactions`);
    await machine.guest.destroy();
  });

  async function insert(device: DriverName, parameters = ""): Promise<void> {
    const files = await linuxFiles();
    const names = files.drivers[device]!.map((path) => path.slice(path.lastIndexOf("/") + 1));
    await machine.guest.shell(
      `cd /modules && for m in ${names.slice(0, -1).join(" ")}; do insmod $m || exit 1; done && insmod ${names.at(-1)!} ${parameters}`,
    );
  }

  async function sumOf(path: string): Promise<string> {
    return (await machine.guest.shell(`md5sum ${path}`)).split(" ")[0]!;
  }

  async function move(): Promise<void> {
    const { emulator } = machine.guest;
    const memoryOf = (): unknown =>
      (emulator as unknown as { v86: { cpu: { wasm_memory: unknown } } }).v86.cpu.wasm_memory;
    const before = memoryOf();
    await compact(emulator);
    expect(memoryOf()).not.toBe(before);
    compactions++;
  }

  /** Compacts a few times while the guest works. */
  async function moveDuring(work: Promise<unknown>): Promise<void> {
    let done = false as boolean;
    const finished = work.finally(() => (done = true));
    finished.catch(() => undefined);
    let times = 0;
    for (; !done && times < MOVES; times++) {
      await move();
      // Lets the guest make some progress.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await finished;
    expect(times).toBe(MOVES);
  }

  test(
    "a write to a disk, with requests that are not answered yet",
    async () => {
      const { guest } = machine;
      await insert("disk");
      const written = guest.shell(
        "until [ -b /dev/sda ]; do :; done; dd if=/tmp/data of=/dev/sda bs=64k conv=fsync",
      );
      for (let times = 0; times < 3; times++) {
        disk.hold();
        await until(() => disk.pending > 0);
        await move();
        disk.release();
      }
      await written;
      expect(md5(disk.contents(DATA.length))).toBe(md5(DATA));
      await guest.shell("echo 3 > /proc/sys/vm/drop_caches");
      const read = guest.shell(`dd if=/dev/sda bs=64k count=${DATA.length / 65_536} 2>/dev/null | md5sum`);
      disk.hold();
      await until(() => disk.pending > 0);
      await move();
      disk.release();
      expect(await read).toContain(md5(DATA));
    },
    TIMEOUT_MS,
  );

  test(
    "a copy over 9p, there and back",
    async () => {
      const { guest } = machine;
      await moveDuring(guest.shell("cp /tmp/data /mnt/copy && sync"));
      expect(md5(await guest.emulator.read_file("/copy"))).toBe(md5(DATA));
      await moveDuring(guest.shell("echo 3 > /proc/sys/vm/drop_caches; cp /mnt/copy /tmp/back"));
      expect(await sumOf("/tmp/back")).toBe(md5(DATA));
    },
    TIMEOUT_MS,
  );

  describe("an open TCP connection", () => {
    let server: Server;
    let response: ServerResponse | undefined;

    beforeAll(async () => {
      server = createServer((_request, answer) => {
        answer.writeHead(200, { "content-length": DATA.length });
        response = answer;
      });
      await once(server.listen(0, "localhost"), "listening");
    });
    afterAll(() => server.close());

    test(
      "of which the guest has some bytes",
      async () => {
        const { guest } = machine;
        await insert("network");
        await guest.shell("ip addr add 192.168.86.100/24 dev eth0 && ip link set eth0 up");
        const { port } = server.address() as AddressInfo;
        await guest.shell(
          `wget -q -O /tmp/got --header 'Host: ${port}.external' http://192.168.86.1/ >/tmp/wget.log 2>&1 </dev/null &`,
        );
        await until(() => response !== undefined);
        for (let piece = 0; piece < PIECES; piece++) {
          const end = ((piece + 1) * DATA.length) / PIECES;
          response!.write(DATA.subarray((piece * DATA.length) / PIECES, end));
          await move();
          // A part of a piece may wait in a buffer until more comes.
          const least = piece === PIECES - 1 ? end : end - 65_536;
          await guest.shell(`until [ $(stat -c %s /tmp/got || echo 0) -ge ${least} ]; do sleep 0.05; done`);
          await move();
        }
        response!.end();
        await guest.shell("while pidof wget; do sleep 0.05; done");
        expect(await sumOf("/tmp/got")).toBe(md5(DATA));
      },
      TIMEOUT_MS,
    );
  });

  test(
    "playing audio, on the Sound Blaster 16",
    async () => {
      const { guest } = machine;
      const { emulator } = guest;
      const PERIOD = 251;
      const tone = Uint8Array.from({ length: 120_000 }, (_, at) => at % PERIOD);
      await emulator.create_file("/tone", tone);
      await insert("sound", "isapnp=0 port=0x220 irq=5 dma8=1 dma16=5");
      const heard: number[] = [];
      (emulator as unknown as V86Like).add_listener("dac-send-data", ([left]: Float32Array[]) => {
        for (const sample of left!) heard.push(Math.round((sample + 1) * 128));
      });
      // As v86's speaker does when it has nothing left to play.
      const speaker = setInterval(() => {
        (emulator as unknown as { bus: Bus }).bus.send("dac-request-data");
      }, 5);
      try {
        await moveDuring(guest.shell("cat /mnt/tone > /dev/dsp"));
        const from = heard.findIndex((_, at) => heard.slice(at, at + 3).join() === "0,1,2");
        expect(from).toBeGreaterThanOrEqual(0);
        expect(md5(Uint8Array.from(heard.slice(from, from + tone.length)))).toBe(md5(tone));
      } finally {
        clearInterval(speaker);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "free page hinting that has begun and not ended",
    async () => {
      const { balloon, guest } = machine;
      const { emulator } = guest;
      let begun = false;
      let ended = false;
      const listening = [
        balloon.device.on("hint", () => {
          if (!begun) void emulator.stop();
          begun = true;
        }),
        balloon.device.on("hint-done", () => {
          ended = true;
        }),
      ];
      const result = new Promise<{ bytes: number; reason: string | undefined }>((resolve) => {
        balloon.compat.Cleanup((bytes, reason) => {
          resolve({ bytes, reason });
        });
      });
      await until(() => begun && !emulator.is_running());
      expect(ended).toBe(false);
      await move();
      expect(ended).toBe(false);
      await emulator.run();
      const { bytes, reason } = await result;
      for (const stop of listening) stop();
      expect(reason).toBeUndefined();
      expect(bytes).toBeGreaterThan(50 * MIB);
      // Linux takes its pages back when the device says that it is done.
      await expect.poll(async () => (await guest.memory()).MemFree, POLL).toBeGreaterThan(50 * 1024);
    },
    TIMEOUT_MS,
  );
});
