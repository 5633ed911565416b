import { execFileSync } from "node:child_process";

/** Runs npm in `folder`. @throws Error with what npm wrote when it fails */
export function npm(folder: string, ...args: string[]): void {
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: "pipe",
    shell: process.platform === "win32",
  });
}
