import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

const ALL = "test/**/*.test.ts";
const PACKED = "test/packed/**/*.test.ts";

/** Tests that boot a machine, or start a browser or a process: minutes in all. */
const BOOTS = [
  "test/{bench,cli,demo,e2e,guest,leak,linux,v86}/**/*.test.ts",
  "test/balance/three-guests.test.ts",
  "test/conformance/pci-status.test.ts",
  "test/docs/{blocks,commands,site}.test.ts",
  "test/known-bugs/v86.test.ts",
  "test/node/{examples,pinned-linux,processes,reclaim,save-state}.test.ts",
];

/** The longest files: begun first, so that no core waits for one of them at the end. */
const LONGEST =
  /test\/(linux\/(poison|balloon|legacy|ne2k|kernels|mmio)|node\/(save-state|reclaim)|e2e\/tab|docs\/commands)\./;

/**
 * Where the engine without SIMD could give another result: its own tests, and those that compare a whole device, its
 * locks and its restores with models. All else sees the engine through these.
 */
const PLAIN = [
  "test/{assembly,tracker}/**/*.test.ts",
  "test/balloon/{commands,fuzz,host-pages,restore}.test.ts",
  "test/lock/model.test.ts",
  "test/trace/replay.test.ts",
];

/** They only go up. */
const THRESHOLDS = {
  "src/{balance,balloon,host,lock,memory,negotiation,trace,tracker,virtio}/**": {
    lines: 98.5,
    branches: 97.5,
  },
};

/**
 * What is reached only where Linux boots and its system calls can be had.
 */
const THRESHOLDS_ON_LINUX = {
  lines: 95,
  "src/{cli,guest}/**": { lines: 85 },
  "src/node/**": { lines: 95 },
  "src/v86/**": { lines: 95 },
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    // Guests that boot at once only slow one another down: two cores, two workers.
    maxWorkers: 2,
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/generated/**"],
      reporter: ["text"],
      thresholds: {
        ...THRESHOLDS,
        ...(process.env.BALLONET_REQUIRE_LINUX === "1" ? THRESHOLDS_ON_LINUX : {}),
      },
    },
    projects: [
      {
        extends: true,
        test: { name: "source", include: [ALL], exclude: [PACKED, ...BOOTS, "**/node_modules/**"] },
      },
      {
        extends: true,
        test: { name: "boots", include: BOOTS },
      },
      {
        extends: true,
        test: { name: "plain", include: PLAIN, setupFiles: ["test/plain-engine.ts"] },
      },
      {
        extends: true,
        test: { name: "packed", include: [PACKED], globalSetup: "test/packed/harness/setup.ts" },
      },
    ],
  },
});

export default config;
