import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";

/** Where this process runs, as far as the cache's folder depends on it. */
interface Surroundings {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The folder for what can be fetched or made again: `$BALLONET_CACHE`, by default `ballonet` in the user's folder for
 * caches. All clones share it, and none of it is lost with a `node_modules`.
 */
export function cacheFolder(
  { platform, env, home }: Surroundings = { platform: process.platform, env: process.env, home: homedir() },
): string {
  if (env.BALLONET_CACHE) return resolve(env.BALLONET_CACHE);
  if (platform === "darwin") return join(home, "Library", "Caches", "ballonet");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "ballonet");
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification says to ignore a relative path.
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache"), "ballonet");
}

/** The folder for downloads and saved guests. */
export function linuxCache(): string {
  return join(cacheFolder(), "linux");
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
