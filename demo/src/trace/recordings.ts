import { decodeTrace } from "../../../src/trace/index.ts";
import type { Trace } from "../../../src/trace/index.ts";
import { bytesOf } from "../machine/files.ts";

const URLS = import.meta.glob<string>("../../../test/fixtures/*.vbtr", {
  query: "?url",
  import: "default",
  eager: true,
});

/** What the guest was made to do; test/fixtures/README.md has the details. */
const TITLES: Readonly<Record<string, string>> = {
  smallsteps: "40 small targets",
  inflate: "inflate to 117 MiB",
  pressure: "migration and out of memory",
  hint: "free page hinting, then inflate",
  report10: "free pages reported in 4 MiB",
  report4: "free pages reported in 64 KiB",
  report0: "free pages reported one by one",
};

export interface Recording {
  readonly title: string;
  load(): Promise<Trace>;
}

/** Recordings of real Linux guests, in an order that is nice to watch. */
export const RECORDINGS: readonly Recording[] = Object.entries(TITLES).map(([name, title]) => ({
  title,
  load: async () => decodeTrace(new Uint8Array(await bytesOf(URLS[`../../../test/fixtures/${name}.vbtr`]!))),
}));
