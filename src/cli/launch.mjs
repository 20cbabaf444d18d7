/**
 * Runs a command of the project on any Node from 20: installs what is missing, then hands over to the Node 24 that comes
 * with the project. Plain JavaScript on built-ins, because it runs before anything is installed.
 *
 *     node src/cli/launch.mjs start --fresh    runs src/cli/start.ts
 *     node src/cli/launch.mjs npm:verify       runs the npm script
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const marker = join(root, "node_modules", ".claimcheck-installed");

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");

function install() {
  if (existsSync(marker) && readFileSync(marker, "utf8") === lockHash()) return;
  console.error("Installing what is missing, once ...");
  // `install`, not `ci`: a lock file made where a registry lacks some other platform's binaries is incomplete, which
  // `ci` refuses; `install` keeps every version it names. npm's words go to stderr: our own output may be piped.
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(marker, lockHash());
}

install();
const [command = "", ...args] = process.argv.slice(2);
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};
const [file, argv] = command.startsWith("npm:")
  ? ["npm", ["run", "--silent", command.slice(4), "--", ...args]]
  : [join(bin, "node"), [join(root, "src", "cli", `${command}.ts`), ...args]];
const child = spawn(file, argv, { cwd: root, env, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// npm ends on a signal without passing it on. Whoever ends `npm start` means the servers, not npm.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined) {
  setInterval(() => process.ppid === parent || child.kill("SIGTERM"), 300).unref();
}
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
