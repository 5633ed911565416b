import type { Plugin } from "vite";
import { exists } from "../rig/linux/cache.ts";
import { linuxFilesFolder } from "../rig/linux/files.ts";
import { linuxMachine } from "../rig/linux/machine.ts";

const FOLDER = "/linux/";

/**
 * Serves `linux/`, the folder of a Linux guest: demo/README.md says what is in it. The development server has its files
 * if `npm start -- --driver=linux` has fetched them. A page built with `--mode linux` has them too; any other has only
 * the index, which says null, because they are 7 MB that few visitors boot.
 */
export function linuxFolder(): Plugin {
  let wanted = false;
  return {
    name: "linux-folder",
    configResolved({ mode }) {
      wanted = mode === "linux";
    },
    async generateBundle() {
      const files = wanted ? await linuxFilesByName() : NONE;
      if (wanted && files === NONE)
        this.error("--mode linux: no Linux has been fetched; npm start -- --driver=linux fetches it");
      for (const [name, source] of Object.entries(files))
        this.emitFile({ type: "asset", fileName: `linux/${name}`, source });
    },
    async configureServer(server) {
      const files = await linuxFilesByName();
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? "", "http://localhost");
        const file = pathname.startsWith(FOLDER) ? files[pathname.slice(FOLDER.length)] : undefined;
        if (file === undefined) next();
        else response.end(file);
      });
    },
  };
}

const NONE: Readonly<Record<string, string | Uint8Array>> = { "index.json": "null" };

async function linuxFilesByName(): Promise<typeof NONE> {
  if (!(await exists(linuxFilesFolder()))) return NONE;
  const { v86 } = await linuxMachine({}, () => undefined);
  return {
    "index.json": JSON.stringify({ cmdline: v86.cmdline }),
    vmlinuz: bytesOf(v86.bzimage),
    "initrd.gz": bytesOf(v86.initrd),
    "bios.bin": bytesOf(v86.bios),
  };
}

function bytesOf(image: unknown): Uint8Array {
  return new Uint8Array((image as { buffer: ArrayBuffer }).buffer);
}
