import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

/** The tests of one folder of src/ at a time: faults that other tests notice by chance do not count. */
const config: ViteUserConfig = defineConfig({
  test: {
    // Stryker's instrumented sources are several times slower.
    testTimeout: 600_000,
    include: [`test/${process.env.BALLONET_MUTATE_TESTS ?? "*"}/**/*.test.ts`],
    setupFiles: ["test/mutation/fixed-seed.ts"],
  },
});

export default config;
