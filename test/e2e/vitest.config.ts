import { defineConfig } from "vitest/config";

// Plain Node over real processes: the servers of `npm start`, one after the other on ports of their own.
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ["test/e2e/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
