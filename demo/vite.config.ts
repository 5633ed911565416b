import { defineConfig } from "vite";
import type { UserConfig } from "vite";
import { links } from "./links.ts";
import { linuxFolder } from "./linux-folder.ts";

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  // Relative, so that the built page can be put anywhere.
  base: "./",
  // A missing file is an error, not this page: that is how the page finds out whether there is a Linux.
  appType: "mpa",
  plugins: [linuxFolder(), links()],
  build: {
    target: "es2022",
    // Without inline scripts and inlined files, the content security policy can stay as strict as it is.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: { fs: { allow: [".."] } },
});

export default config;
