// One short scenario for each kernel and transport. A kernel of one's own, with its drivers built in:
// BALLONET_KERNEL=/path/to/bzImage npx vitest run test/linux/kernels.test.ts
import { afterEach, describe, expect, test } from "vitest";
import { bootLinux } from "../../rig/linux/guest.ts";
import type { LinuxGuest } from "../../rig/linux/guest.ts";
import type { Kernel } from "../../rig/linux/files.ts";
import { attachMmio, MMIO_ADDRESS, MMIO_IRQ } from "../../rig/linux/mmio.ts";
import { settle } from "../../src/guest/settle.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { Balloon } from "../../src/balloon/index.ts";
import { linuxAvailability } from "./gate.ts";
import { bootBare, bootWithMmio, note, rescan, until } from "./machine.ts";

type Transport = "modern" | "transitional" | "legacy" | "MMIO" | "legacy MMIO";

const TRANSPORTS: readonly Transport[] = ["modern", "transitional", "legacy", "MMIO", "legacy MMIO"];
const own = process.env.BALLONET_KERNEL as Kernel | undefined;
const MACHINES: readonly (readonly [Kernel, Transport])[] = own
  ? TRANSPORTS.map((transport) => [own, transport] as const)
  : [
      ["5.10", "modern"],
      ["5.10", "transitional"],
      ["5.10", "legacy"],
      ["6.1", "modern"],
      ["6.1", "MMIO"],
      ["6.1", "legacy MMIO"],
      ["6.1-pae", "modern"],
      ["6.5", "modern"],
    ];

const BOOT_MS = 240_000;
const SETTLE_MS = 50_000;
let guest: LinuxGuest | undefined;

afterEach(async () => {
  await guest?.destroy();
  guest = undefined;
});

/** A guest that has found its device. */
async function machine(
  kernel: Kernel,
  transport: Transport,
): Promise<{ guest: LinuxGuest; device: Balloon }> {
  if (!transport.endsWith("MMIO")) {
    guest = await bootBare({ kernel });
    const balloon = attachBalloon(guest.emulator, {
      transport: transport as "modern",
      freePageReporting: true,
    });
    await rescan(guest);
    return { guest, device: balloon.device };
  }
  const version = transport === "MMIO" ? 2 : 1;
  if (kernel !== own) {
    const { guest: booted, balloon } = await bootWithMmio({ version, freePageReporting: true }, { kernel });
    return { guest: (guest = booted), device: balloon };
  }
  // A driver that is built in looks for its device while Linux boots.
  let device: Balloon | undefined;
  guest = await bootLinux({
    kernel,
    cmdlineExtra: `virtio_mmio.device=4K@0x${MMIO_ADDRESS.toString(16)}:${MMIO_IRQ}`,
    cacheKey: undefined,
    prepare: (emulator) => {
      device = attachMmio(emulator, { version, freePageReporting: true }).balloon;
    },
  });
  return { guest, device: device! };
}

/** What the guest counts: pages given, and pages taken back. */
async function given(from: LinuxGuest): Promise<number> {
  const text = await from.shell("cat /proc/vmstat");
  const [inflated, deflated] = ["inflate", "deflate"].map((what) =>
    Number(new RegExp(`^balloon_${what} (\\d+)$`, "m").exec(text)?.[1]),
  );
  return inflated! - deflated!;
}

for (const [kernel, transport] of MACHINES) {
  const { available, note: reason } = await linuxAvailability(kernel);
  describe.skipIf(!available)(`Linux ${kernel === own ? "of one's own" : kernel}${reason}`, () => {
    test(
      `over ${transport}: inflate, statistics, deflate, and both sides agree`,
      async () => {
        const { guest: linux, device } = await machine(kernel, transport);
        await until(() => device.counters().outcome !== undefined);
        const modern = !transport.startsWith("legacy");
        const { accepted, outcome } = device.counters();
        expect(accepted.includes("VERSION_1")).toBe(modern);
        expect(outcome).toMatchObject({ result: "accepted", lockPolicy: "on" });
        const before = await given(linux);
        const start = performance.now();
        await settle(device, 20_000, undefined, SETTLE_MS);
        expect((await given(linux)) - before).toBe(20_000);
        const stats = await new Promise<Readonly<Record<string, bigint>>>((resolve) => {
          device.on("stats", resolve);
          void until(() => device.requestStats());
        });
        expect(Number(stats.MEMTOT)).toBe((await linux.memory()).MemTotal * 1024);
        await settle(device, 5000, undefined, SETTLE_MS);
        expect((await given(linux)) - before).toBe(5000);
        expect(device.pages.count).toBe(5000);
        await settle(device, 0, undefined, SETTLE_MS);
        expect((await given(linux)) - before).toBe(0);
        expect(device.counters()).toMatchObject({ balloonedFrames: 0, faults: {}, needsReset: false });
        const ms = Math.round(performance.now() - start);
        const release = await linux.shell("uname -r");
        note(
          `${release} over ${transport}: ${Object.keys(stats).length} statistics, ${accepted.join(" ")}; ${ms} ms`,
        );
      },
      BOOT_MS,
    );
  });
}
