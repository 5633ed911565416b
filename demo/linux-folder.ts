import { join } from "node:path";
import type { Plugin } from "vite";
import { exists } from "../rig/linux/cache.ts";
import { linuxFilesFolder } from "../rig/linux/files.ts";
import { linuxMachine } from "../rig/linux/machine.ts";

const FOLDER = "/linux/";
/** Vite copies what is in it. */
const OWN_KERNEL = join(import.meta.dirname, "public/linux/vmlinuz");

/**
 * Puts the Linux that `npm start -- --driver=linux` has fetched into the page's folder `linux`, unless someone has put
 * another one there: demo/README.md says how. The development server has it whenever it was fetched; a page is built
 * with it in the mode "linux" only, because it is 7 MB that few visitors boot.
 *
 * @param own the kernel that someone may have put there
 */
export function linuxFolder(own: string = OWN_KERNEL): Plugin {
  let wanted = false;
  return {
    name: "linux-folder",
    configResolved({ mode }) {
      wanted = mode === "linux";
    },
    async generateBundle() {
      if (!wanted || (await exists(own))) return;
      const files = await fetchedFiles();
      if (files === undefined)
        this.error("--mode linux: no Linux has been fetched; npm start -- --driver=linux fetches it");
      for (const [name, source] of Object.entries(files))
        this.emitFile({ type: "asset", fileName: `linux/${name}`, source });
    },
    async configureServer(server) {
      const files = (await exists(own)) ? {} : ((await fetchedFiles()) ?? {});
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? "", "http://localhost");
        const file = pathname.startsWith(FOLDER) ? files[pathname.slice(FOLDER.length)] : undefined;
        if (file === undefined) next();
        else response.end(file);
      });
    },
  };
}

type Files = Readonly<Record<string, string | Uint8Array>>;

async function fetchedFiles(): Promise<Files | undefined> {
  if (!(await exists(linuxFilesFolder()))) return undefined;
  const { v86 } = await linuxMachine({}, () => undefined);
  return {
    "cmdline.txt": v86.cmdline!,
    vmlinuz: bytesOf(v86.bzimage),
    "initrd.gz": bytesOf(v86.initrd),
    "bios.bin": bytesOf(v86.bios),
  };
}

function bytesOf(image: unknown): Uint8Array {
  return new Uint8Array((image as { buffer: ArrayBuffer }).buffer);
}
