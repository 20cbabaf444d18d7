import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

/** Where the vendors' published specifications lie; they are not ours to copy into the project. */
const SPECS = join(import.meta.dirname, "..", "..", "..", "shared", "specs");

const required = process.env.CLAIMCHECK_REQUIRE_SHARED === "1";

export type Json = Record<string, unknown>;

/** @throws if the specification is not there */
export function readSpec<T>(name: string): T {
  // safe: each caller names the shape of the specification it reads, and its tests fail if that shape is
  // another.
  return JSON.parse(readFileSync(join(SPECS, name), "utf8")) as T;
}

/**
 * Tests against the specifications. Without them they are shown as skipped, with the reason, and never as
 * passed; with CLAIMCHECK_REQUIRE_SHARED=1 they fail.
 */
export function describeContract(title: string, tests: () => void): void {
  if (existsSync(SPECS) || required) describe(title, tests);
  else describe.skip(`${title} (not checked: the specifications are not at ../shared/specs)`, tests);
}
