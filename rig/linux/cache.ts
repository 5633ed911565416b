import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { packageRoot } from "../../src/guest/package-root.ts";

/** The folder for downloads and saved guests: `$BALLONET_CACHE/linux`, by default `.cache/linux` in the package. */
export function linuxCache(): string {
  return join(process.env.BALLONET_CACHE ?? join(packageRoot(), ".cache"), "linux");
}

/**
 * Lets `fill` create something in a scratch folder, and moves the result to `target` in one step. `target` is either
 * complete or does not exist, even if the process dies.
 *
 * @param fill gets the scratch folder, and returns the path of the finished file or folder inside it
 */
export async function createAtomically(
  target: string,
  fill: (scratch: string) => Promise<string>,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    await moveInto(target, await fill(scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function moveInto(target: string, made: string): Promise<void> {
  try {
    await rename(made, target);
  } catch (error) {
    // A folder cannot replace one that another process finished first, but that one is just as good.
    if (!(await exists(target))) throw error;
  }
}

/** Whether `path` exists. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
