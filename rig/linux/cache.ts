import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { packageRoot } from "../../src/guest/package-root.ts";

/** Where downloads and saved guests live: `$BALLONET_CACHE/linux`, by default `.cache/linux` in the package. */
export function linuxCache(): string {
  return join(process.env.BALLONET_CACHE ?? join(packageRoot(), ".cache"), "linux");
}

/**
 * Lets `fill` make something in a scratch folder and moves what it returns to `target` in one step: `target` exists
 * either complete or not at all, whenever the process dies.
 *
 * @param fill gets the scratch folder, and returns the path inside it of the finished file or folder.
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
    // A folder cannot replace one that another process finished first; theirs is as good as ours.
    if (!(await exists(target))) throw error;
  }
}

/** Whether anything is at `path`. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
