import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // Guests that boot at once only slow one another down: two cores, two workers.
    maxWorkers: 2,
  },
});

export default config;
