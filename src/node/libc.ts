import { createRequire } from "node:module";
import { NodeHostError } from "./node-host-error.ts";

/** An errno name such as "ENOMEM"; undefined if the call succeeded. */
export type Errno = string | undefined;

/** The system calls of {@link NodeHost}. Addresses and lengths are in bytes and multiples of 4096. */
export interface Libc {
  /** Host address of the first byte of a view, which must not be empty. */
  readonly addressOf: (bytes: Uint8Array) => number;
  readonly madvise: (address: number, bytes: number, advice: number) => Errno;
  /**
   * mlock2(2) with MLOCK_ONFAULT: locks pages when they are touched, instead of making all of them resident at once.
   */
  readonly mlockOnFault: (address: number, bytes: number) => Errno;
  readonly munlock: (address: number, bytes: number) => Errno;
  /** mincore(2): bit 0 of `vector[i]` says whether page i is resident. */
  readonly mincore: (address: number, bytes: number, vector: Uint8Array) => Errno;
}

/** madvise(2): do not use transparent huge pages here, now or later. */
export const MADV_NOHUGEPAGE = 15;
/** madvise(2): drop the pages, which read as zeros when they are touched again. EINVAL for locked pages. */
export const MADV_DONTNEED = 4;
/** The same for locked pages too, which stay locked (Linux 5.18). */
export const MADV_DONTNEED_LOCKED = 24;

const MLOCK_ONFAULT = 1;
const SC_PAGESIZE = 30;
const PAGE_BYTES = 4096;

type Koffi = typeof import("koffi");

let loaded: Libc | undefined;

/** @throws NodeHostError "EUNSUPPORTED" or "ENOKOFFI" */
export function loadLibc(platform: string = process.platform): Libc {
  if (platform !== "linux") {
    throw new NodeHostError(
      "EUNSUPPORTED",
      `memory can be given back only on Linux, and this is ${platform}`,
    );
  }
  return (loaded ??= bind(requireKoffi()));
}

/**
 * Loads koffi on demand. With a static import the whole module would fail if koffi is missing, with an unhelpful
 * message.
 */
function requireKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    const advice = "ballonet/node calls the system through koffi: install it with `npm install koffi`";
    throw new NodeHostError("ENOKOFFI", `${advice} (${String(cause).split("\n", 1)[0]!})`, { cause });
  }
}

function bind(koffi: Koffi): Libc {
  const library = koffi.load(null);
  const names = new Map(Object.entries(koffi.os.errno).map(([name, value]) => [value, name]));
  const errno = (): string => names.get(koffi.errno()) ?? `errno ${koffi.errno()}`;
  const call = (declaration: string): ((...args: (number | Uint8Array)[]) => Errno) => {
    const native = library.func(declaration);
    return (...args) => (native(...args) === 0 ? undefined : errno());
  };
  checkPageSize(library.func("long sysconf(int)")(SC_PAGESIZE) as number);
  const mlock2 = call("int mlock2(uintptr_t, size_t, unsigned int)");
  return {
    addressOf: (bytes) => Number(koffi.address(bytes)),
    madvise: call("int madvise(uintptr_t, size_t, int)"),
    mlockOnFault: (address, bytes) => mlock2(address, bytes, MLOCK_ONFAULT),
    munlock: call("int munlock(uintptr_t, size_t)"),
    mincore: call("int mincore(uintptr_t, size_t, _Out_ uint8_t *)"),
  };
}

function checkPageSize(bytes: number): void {
  if (bytes === PAGE_BYTES) return;
  throw new NodeHostError(
    "EUNSUPPORTED",
    `guest frames have ${PAGE_BYTES} bytes, but pages of this system have ${bytes}`,
  );
}
