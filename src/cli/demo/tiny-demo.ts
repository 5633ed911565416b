import { fingerprint } from "../../guest/fingerprint.ts";
import { bootTinyGuestWith } from "../../guest/tiny-guest.ts";
import { valuesOf } from "../../guest/tiny-guest-lines.ts";
import type { TinyGuest, TinyGuestDriver } from "../../guest/tiny-guest.ts";
import { conclude, lockClaim } from "./agreement.ts";
import type { Claim, Conclusion } from "./agreement.ts";
import { TINY_WORDS } from "./guests.ts";
import { attachDemoBalloon, leftOf, SILENT_BIT } from "./machine.ts";
import type { DemoMachine, DemoSettings } from "./machine.ts";
import { oneOf, sizeText } from "../options.ts";
import { moveTo } from "../terminal/move-to.ts";
import { printNegotiation, printTotals } from "../terminal/report.ts";
import { printPageMap } from "../terminal/page-map.ts";
import type { Screen } from "../terminal/screen.ts";

const REUSED = 500;

interface Scene extends DemoMachine {
  readonly screen: Screen;
  readonly guest: TinyGuest;
}

/** The demo with the embedded guest. */
export async function tinyDemo(
  screen: Screen,
  driver: TinyGuestDriver,
  settings: DemoSettings,
): Promise<Conclusion> {
  const started = performance.now();
  const { memoryBytes, words } = settings;
  const own = valuesOf(words.map((word) => oneOf("--cmdline", TINY_WORDS, word)).join(" "));
  const machine = await bootTinyGuestWith((emulator) => attachDemoBalloon(emulator, settings), {
    driver,
    memoryBytes,
    options: { indirect: "on", event_idx: "on", silent_bit: SILENT_BIT, ...own },
  });
  try {
    const ms = Math.round(performance.now() - started);
    screen.line("guest", `embedded, ${sizeText(memoryBytes)}, driver ${driver}, up in ${ms} ms`);
    return await play({ ...machine, screen }, driver, settings.target);
  } finally {
    await machine.guest.destroy();
  }
}

async function play(scene: Scene, driver: TinyGuestDriver, target: number): Promise<Conclusion> {
  const { screen, balloon } = scene;
  printNegotiation(screen, balloon.counters());
  const { outcome } = balloon.counters();
  if (outcome?.result !== "accepted") return refused(scene);
  await moveTo(screen, balloon.device, target >> 1);
  await scene.guest.command("fragment 3");
  await moveTo(screen, balloon.device, target);
  if (outcome.promise !== "tells-host") await reuseSilently(scene);
  if (driver === "hostile") await abuse(scene);
  printPageMap(screen, balloon.device.pages);
  await moveTo(screen, balloon.device, leftOf(target));
  printPageMap(screen, balloon.device.pages);
  printTotals(screen, balloon.counters());
  return conclude(screen, scene, [...(await claims(scene)), lockClaim(scene)]);
}

/** Checks that nothing was given: the driver was refused, or gave up. */
async function refused({ screen, guest, ...machine }: Scene): Promise<Conclusion> {
  screen.line("gave up", guest.lines.at(-1));
  printTotals(screen, machine.balloon.counters());
  const { ballooned } = valuesOf(await guest.command("report"));
  return conclude(screen, machine, [
    { what: "ballooned", guest: ballooned ?? "0", host: machine.balloon.device.pages.count },
    lockClaim(machine),
  ]);
}

/** Uses ballooned pages first and tells the host afterwards. The data in them must survive the acknowledgement. */
async function reuseSilently({ screen, guest }: Scene): Promise<void> {
  screen.line("silent", `${await guest.command(`silent ${REUSED}`)} before telling`);
  screen.line("", await guest.command("tell"));
}

/**
 * Runs every abuse that the guest knows. After one that corrupts the ring, the device is reset and the guest starts
 * again.
 */
async function abuse({ screen, guest, balloon }: Scene): Promise<void> {
  const [, , ...kinds] = (await guest.command("abuse list")).split(" ");
  for (const kind of kinds) {
    const { returned, len } = valuesOf(await guest.command(`abuse ${kind}`));
    const { needsReset } = balloon.counters();
    const outcome = needsReset ? "NEEDS_RESET" : `returned ${returned ?? "?"}, used length ${len ?? "?"}`;
    screen.line("abuse", `${kind.padEnd(22)} ${outcome}`);
    if (!needsReset) continue;
    // After a reset the driver gives again what it is asked for.
    const settled = guest.waitFor("settled");
    await guest.command("reset");
    await settled;
  }
}

/** Compares what the guest reports about its page set and its memory with what the host knows. */
async function claims({ guest, balloon }: Scene): Promise<Claim[]> {
  const { pages } = balloon.device;
  const { count, runs, fnv } = valuesOf(await guest.command("report"));
  const { bad } = valuesOf(await guest.command("check"));
  return [
    { what: "ballooned", guest: count ?? "?", host: pages.count },
    { what: "runs", guest: runs ?? "?", host: pages.allRuns().length / 2 },
    { what: "fingerprint", guest: fnv ?? "?", host: fingerprint(pages) },
    { what: "damaged guest pages", guest: bad ?? "?", host: 0 },
  ];
}
