// A guest in v86 gives back 16 MiB. Run it with `node examples/v86.mjs` in a clone that has been built.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const machine = {
  wasm_path: fileURLToPath(import.meta.resolve("v86/build/v86.wasm")),
  memory_size: 64 * 1024 * 1024,
  multiboot: { buffer: Uint8Array.from(readFileSync(new URL("../guest/tiny.elf", import.meta.url))).buffer },
  cmdline: "driver=polite",
};

// README: v86
import { V86 } from "v86";
import { attachBalloon } from "ballonet/v86";

const emulator = new V86({ ...machine, autostart: true });
const balloon = attachBalloon(emulator);
emulator.add_listener("balloon0-negotiated", (outcome) => console.log(outcome.reason));
emulator.add_listener("balloon0-actual", (bytes) =>
  console.log(`the guest has given ${bytes / 2 ** 20} MiB`),
);
balloon.target = 16 * 1024 * 1024; // bytes
// end

emulator.add_listener("balloon0-actual", (bytes) => {
  if (bytes === balloon.target) void emulator.destroy();
});
