import type { Plugin } from "vite";
import { exists } from "../rig/linux/cache.ts";
import { linuxFilesFolder } from "../rig/linux/files.ts";
import { linuxMachine } from "../rig/linux/machine.ts";

const FOLDER = "/linux/";

/**
 * Serves `linux/`: an index and, in the development server, the files of a Linux guest, if `npm start -- --driver=linux`
 * has fetched them. A built page has only the index, which says null. To have Linux there, add the files.
 */
export function linuxFolder(): Plugin {
  return {
    name: "linux-folder",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "linux/index.json", source: "null" });
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

async function linuxFilesByName(): Promise<Record<string, string | Uint8Array>> {
  if (!(await exists(linuxFilesFolder()))) return { "index.json": "null" };
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
