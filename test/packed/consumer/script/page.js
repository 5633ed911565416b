// A page without modules: v86 and ballonet are globals.
/* global V86, ballonet */
const MIB = 2 ** 20;
const emulator = new V86({
  wasm_path: "/v86/v86.wasm",
  memory_size: 32 * MIB,
  multiboot: { url: "/node_modules/ballonet/guest/tiny.elf" },
  cmdline: "driver=polite",
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
  autostart: true,
});
const balloon = ballonet.attachBalloon(emulator);
balloon.target = 4 * MIB;

emulator.add_listener("balloon0-actual", async (bytes) => {
  if (bytes < balloon.target) return;
  const { ballooned } = balloon;
  const { memoryBytes, copiedBytes } = await ballonet.compact(emulator);
  const outcome = {
    negotiation: balloon.counters().outcome.result,
    ballooned: ballooned / MIB,
    compacted: copiedBytes < memoryBytes - ballooned,
    stillBallooned: balloon.ballooned / MIB,
  };
  document.querySelector("output").textContent = JSON.stringify(outcome);
});
