/**
 * Migrates the database of an environment, then deploys the Worker to it: new code never meets an old schema, and
 * migrations only add, so that the old code meets the new schema for a moment without harm.
 *
 *     npm run deploy -- staging|production [--dry-run]
 */
import { execFileSync } from "node:child_process";
import { QUIET, ROOT, wrangler } from "./local.ts";

const [environment, ...options] = process.argv.slice(2);
if (environment !== "staging" && environment !== "production") {
  console.error("Usage: npm run deploy -- staging|production [--dry-run]");
  process.exit(2);
}
const dryRun = options.includes("--dry-run");

function run(...words: string[]): void {
  const [node, args] = wrangler(...words);
  execFileSync(node, args, { cwd: ROOT, env: QUIET, stdio: "inherit" });
}

if (!dryRun) run("d1", "migrations", "apply", "DB", "--remote", "--env", environment);
run("deploy", "--env", environment, "--minify", ...(dryRun ? ["--dry-run", "--outdir", ".dev/dist"] : []));
