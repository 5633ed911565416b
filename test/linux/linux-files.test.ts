import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { linuxFiles, linuxFilesFolder } from "../../rig/linux/files.ts";
import { LinuxUnavailableError } from "../../rig/linux/unavailable.ts";

describe("linuxFiles", () => {
  let cache: string;

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "ballonet-files-"));
    vi.stubEnv("BALLONET_CACHE", cache);
    vi.stubEnv("PATH", cache);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  test("says what is missing and what works instead, and leaves nothing behind", async () => {
    const failure = linuxFiles();
    await expect(failure).rejects.toThrow(LinuxUnavailableError);
    await expect(failure).rejects.toThrow(/no apt-get on this machine.*--driver=polite/);
    expect(await readdir(join(cache, "linux"))).toEqual([]);
  });

  test("takes a finished folder as it is", async () => {
    await mkdir(linuxFilesFolder(), { recursive: true });
    const onDownload = vi.fn();
    const { kernel, modules } = await linuxFiles(onDownload);
    expect(onDownload).not.toHaveBeenCalled();
    expect(kernel).toBe(join(linuxFilesFolder(), "vmlinuz"));
    expect(kernel).toContain(cache);
    expect(modules.at(-1)).toMatch(/virtio_balloon\.ko$/);
  });
});
