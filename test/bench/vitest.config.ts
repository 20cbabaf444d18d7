import { mergeConfig } from "vitest/config";
import project from "../../vitest.config.ts";

// The benchmark runs where the Worker runs; it prints figures and asserts nothing.
const config = mergeConfig(project, { test: { testTimeout: 600_000, reporters: ["default"] } });
config.test.root = new URL("../..", import.meta.url).pathname;
config.test.include = ["test/bench/**/*.bench.ts"];

export default config;
