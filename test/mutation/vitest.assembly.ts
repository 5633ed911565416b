import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const config: ViteUserConfig = defineConfig({
  plugins: [
    {
      name: "tests-on-many-engines",
      enforce: "pre",
      resolveId(source: string, importer?: string) {
        if (source === "vitest" && importer?.includes("/test/tracker/")) return path("assembly/collected.ts");
        if (source.endsWith("/generated/engine.ts")) return path("assembly/engine-under-test.ts");
        return undefined;
      },
    },
  ],
  test: { include: ["test/mutation/assembly/mutate.ts"], setupFiles: ["test/mutation/fixed-seed.ts"] },
});

export default config;
