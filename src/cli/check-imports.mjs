/**
 * Checks the import rules of .dependency-cruiser.cjs, and that they were checked at all: with a TypeScript it cannot
 * read, dependency-cruiser finds no module, breaks no rule and exits 0.
 */
import { spawnSync } from "node:child_process";

const LEAST_MODULES = 50;

const { stdout, stderr, status } = spawnSync("depcruise", ["--config", ".dependency-cruiser.cjs", "src"], {
  encoding: "utf8",
});
process.stdout.write(stdout);
process.stderr.write(stderr);
const modules = Number(/\((\d+) modules/.exec(stdout)?.[1] ?? 0);
if (status === 0 && modules < LEAST_MODULES) {
  console.error(`Only ${modules} modules were read: the import rules were not checked.`);
  process.exit(1);
}
process.exit(status ?? 1);
