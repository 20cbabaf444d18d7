import { defineConfig } from "vitest/config";

// Plain Node: these tests read the vendors' specs and run commands, which workerd cannot.
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/contract/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
