import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the commands keep everything that is local: nothing of it is tracked. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const DEV = process.env.CLAIMCHECK_DEV ?? join(ROOT, ".dev");
export const STATE = join(DEV, "state");
export const KEYS_FILE = join(DEV, "keys.json");

const WRANGLER = join(ROOT, "node_modules", "wrangler", "wrangler-dist", "cli.js");

/** The environment of every wrangler process: quiet, and without asking the network for anything. */
export const QUIET = {
  ...process.env,
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
};

/** The command line of wrangler without its wrapper process, so that a signal reaches it. */
export const wrangler = (...args: string[]): [string, string[]] => [
  process.execPath,
  ["--no-warnings", WRANGLER, ...args],
];

/** Applies the migrations that are missing to the local database. */
export function migrateLocally(): void {
  const [node, args] = wrangler("d1", "migrations", "apply", "DB", "--local", "--persist-to", STATE);
  execFileSync(node, args, { cwd: ROOT, env: QUIET, stdio: ["ignore", "ignore", "inherit"] });
}

/** What seals the tokens of connected accounts locally. */
export const tokenKeys = (): string =>
  keptSecret("token-keys", () => `local:${randomBytes(32).toString("base64")}`);

/** The seed of the key pair that stands for Discord's locally: 32 bytes, hex. */
export const discordSeed = (): string => keptSecret("discord-key", () => randomBytes(32).toString("hex"));

/** A secret that is made once and kept with the data it belongs to. */
function keptSecret(name: string, make: () => string): string {
  const file = join(DEV, name);
  mkdirSync(DEV, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

/**
 * A wrangler configuration with the database alone: the commands that fill it need no queue and no Durable Object.
 *
 * @returns its path
 */
export function databaseOnlyConfig(): string {
  mkdirSync(DEV, { recursive: true });
  const path = join(DEV, "database.wrangler.toml");
  writeFileSync(
    path,
    'name = "claimcheck-local"\ncompatibility_date = "2026-10-01"\n\n[[d1_databases]]\nbinding = "DB"\ndatabase_name = "claimcheck"\n',
  );
  return path;
}
