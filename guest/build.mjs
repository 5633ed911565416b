// Builds guest/tiny.elf. `--check` builds it in another place and compares: the committed file must equal the build of
// its sources, byte for byte.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const GUEST = fileURLToPath(new URL(".", import.meta.url));
const BINARY = "tiny.elf";
const MAX_BYTES = 16 * 1024;

/** The tools that made the committed file. Other versions make an equally good guest with different bytes. */
const RECORDED = { gcc: "12.2", ld: "2.40" };

const COMPILE = [
  "-m32 -march=i686 -mgeneral-regs-only -Os -std=gnu11 -Wall -Wextra -Werror",
  "-ffreestanding -fno-builtin -fno-pie -fno-stack-protector -fcf-protection=none",
  "-fno-asynchronous-unwind-tables -fno-ident -fno-common -fomit-frame-pointer",
  "-ffunction-sections -fdata-sections -mno-red-zone",
].flatMap((line) => line.split(" "));
const LINK =
  "-m elf_i386 -n -s --gc-sections --build-id=none -z noexecstack --no-warn-rwx-segments -T link.ld".split(
    " ",
  );

function run(tool, args) {
  return execFileSync(tool, args, { cwd: GUEST, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Undefined if there is no compiler for this guest. */
function installedVersions() {
  try {
    if (!/^(x86_64|i\d86)-/.test(run("gcc", ["-dumpmachine"]))) return undefined;
    return { gcc: version("gcc", "-dumpfullversion"), ld: version("ld", "--version") };
  } catch {
    return undefined;
  }
}

/** Major and minor version: the first "12.2" in what the tool prints about itself. */
function version(tool, flag) {
  return /\b(\d+\.\d+)(?:\.\d+)*\s*$/m.exec(run(tool, [flag]))?.[1] ?? "unknown";
}

/** Sorted, and relative to this folder: the binary must not depend on the file system's order or on our path. */
function sources() {
  return readdirSync(GUEST, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[cS]$/.test(name))
    .sort();
}

function build(output) {
  const objects = mkdtempSync(join(tmpdir(), "ballonet-guest-"));
  try {
    const compiled = sources().map((source) => compile(source, objects));
    run("ld", [...LINK, "-o", output, ...compiled]);
  } finally {
    rmSync(objects, { recursive: true });
  }
}

function compile(source, objects) {
  const object = join(objects, source.replaceAll("/", "-") + ".o");
  run("gcc", [...COMPILE, "-c", source, "-o", object]);
  return object;
}

function check() {
  const installed = installedVersions();
  if (!installed) return "skipped: no gcc and ld for x86 here";
  if (installed.gcc !== RECORDED.gcc || installed.ld !== RECORDED.ld)
    return `skipped: ${BINARY} was built with ${describe(RECORDED)}, here is ${describe(installed)}`;
  return compareWithRebuilt();
}

function describe({ gcc, ld }) {
  return `gcc ${gcc} and ld ${ld}`;
}

function compareWithRebuilt() {
  const folder = mkdtempSync(join(tmpdir(), "ballonet-guest-check-"));
  try {
    const rebuilt = join(folder, basename(BINARY));
    build(rebuilt);
    if (readFileSync(rebuilt).equals(readFileSync(join(GUEST, BINARY)))) return `${BINARY} is up to date`;
    process.exitCode = 1;
    return `${BINARY} is not what the sources make: run node guest/build.mjs and commit it`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rebuild() {
  build(BINARY);
  chmodSync(join(GUEST, BINARY), 0o644); // nobody executes it here, and ld's umask is not ours
  const bytes = readFileSync(join(GUEST, BINARY)).length;
  if (bytes > MAX_BYTES) throw new Error(`${BINARY} has ${bytes} bytes, more than ${MAX_BYTES}`);
  return `${BINARY}: ${bytes} bytes`;
}

/** Any other option is refused, so that it cannot overwrite the committed file. */
function main(args) {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown === undefined) return console.log(args.length > 0 ? check() : rebuild());
  console.error(`guest/build.mjs: expected --check or nothing, got ${unknown}`);
  process.exitCode = 2;
}

main(process.argv.slice(2));
