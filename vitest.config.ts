import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    // Two guests booting at once on two cores only slow one another down.
    fileParallelism: true,
    maxWorkers: 2,
  },
});
