import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

const PACKED = "test/packed/**/*.test.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    testTimeout: 60_000,
    // Guests that boot at once only slow one another down: two cores, two workers.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "source", include: ["test/**/*.test.ts"], exclude: [PACKED, "**/node_modules/**"] },
      },
      {
        extends: true,
        test: { name: "packed", include: [PACKED], globalSetup: "test/packed/harness/setup.ts" },
      },
    ],
  },
});

export default config;
