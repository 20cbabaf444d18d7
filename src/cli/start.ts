/**
 * Runs Claimcheck locally: migrations, demo data, the simulated platforms and the Worker, with a cron that ticks.
 *
 *     npm start                 keeps the data of the last time
 *     npm start -- --fresh      begins anew
 *
 * PORT (8787), SIM_PORT (8788), CRON_SECONDS (60) and every number of docs/configuration.md may be set in the
 * environment.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { loadConfig, NUMBER_TUNABLES } from "../config.ts";
import { clearHalfSeeded, registerDemoPosts, seedDemo } from "./demo.ts";
import { registerDemoDiscord } from "./demo-discord.ts";
import { type Application, discordApplication, namedDiscord } from "./discord-application.ts";
import { EXAMPLE } from "./discord-usage.ts";
import { DEV, KEYS_FILE, migrateLocally, QUIET, ROOT, STATE, tokenKeys, wrangler } from "./local.ts";
import { simulatedPlatforms } from "./simulated-platforms.ts";

const PORT = portOf("PORT", 8787);
const SIM_PORT = portOf("SIM_PORT", 8788);
const CRON_SECONDS = secondsOf("CRON_SECONDS", 60);
const BASE_URL = `http://127.0.0.1:${PORT}`;
const SIMULATOR_URL = `http://127.0.0.1:${SIM_PORT}`;
const READY_SECONDS = 60;

const children: ChildProcess[] = [];
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop(0));

await main();

async function main(): Promise<void> {
  checkTunables();
  await requireFree("PORT", PORT);
  await requireFree("SIM_PORT", SIM_PORT);
  clearHalfSeeded();
  if (process.argv.includes("--fresh")) rmSync(DEV, { recursive: true, force: true });
  console.log("Applying migrations ...");
  migrateLocally();
  if (!existsSync(KEYS_FILE)) {
    console.log("Seeding the demo ...");
    await seedDemo({ baseUrl: BASE_URL, simulatorUrl: SIMULATOR_URL });
  }
  const discord = discordApplication(process.env, SIMULATOR_URL);
  remember(discord);
  run("simulator", process.execPath, ["--no-warnings", join(ROOT, "test/simulator/serve.ts")], {
    ...process.env,
    SIM_PORT: String(SIM_PORT),
  });
  await reachable(`${SIMULATOR_URL}/_control/health`);
  await registerDemoPosts(SIMULATOR_URL);
  await registerDemoDiscord(SIMULATOR_URL);
  const [node, args] = wrangler("dev", ...workerOptions(discord));
  run("worker", node, args, QUIET);
  await reachable(`${BASE_URL}/health`);
  tick();
  setInterval(tick, CRON_SECONDS * 1000);
  greet();
}

function portOf(name: string, fallback: number): number {
  const port = Number(process.env[name] ?? fallback);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  console.error(`${name} is not a port number`);
  process.exit(1);
}

function secondsOf(name: string, fallback: number): number {
  const seconds = Number(process.env[name] ?? fallback);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  console.error(`${name} must be a number of seconds, more than 0 and at most 86400`);
  process.exit(1);
}

/** A tunable that is out of bounds is named here, before every request of the Worker fails with it. */
function checkTunables(): void {
  try {
    const { ENVIRONMENT: _, ...tunables } = process.env;
    loadConfig(tunables);
    namedDiscord(process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** Says so at once, and how to choose another, if somebody else listens on a port we need. */
async function requireFree(name: string, port: number): Promise<void> {
  const probe = createServer();
  probe.listen(port, "127.0.0.1");
  // once() rejects on an error event.
  const isFree = await once(probe, "listening").then(
    () => true,
    () => false,
  );
  probe.close();
  if (isFree) return;
  console.error(`Port ${port} is taken. Choose another: ${name}=${port + 100} npm start`);
  process.exit(1);
}

function workerOptions(discord: Application): string[] {
  const vars: Record<string, string> = {
    ...simulatedPlatforms(SIMULATOR_URL),
    ...discord.variables,
    PUBLIC_URL: BASE_URL,
    TOKEN_KEYS: tokenKeys(),
  };
  for (const name of [...Object.keys(NUMBER_TUNABLES), "SELF_SIGNUP"]) {
    const value = process.env[name];
    if (value !== undefined && value !== "") vars[name] = value;
  }
  return [
    ...["--ip", "127.0.0.1", "--port", String(PORT), "--inspector-port", "0"],
    ...["--persist-to", STATE, "--show-interactive-dev-session=false", "--log-level", "log"],
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}

/** Starts a child whose lines are shown under its name; if it ends by itself, everything ends. */
function run(name: string, file: string, args: string[], env: NodeJS.ProcessEnv): void {
  const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
  children.push(child);
  child.on("exit", (code) => {
    if (stopping) return;
    console.error(`The ${name} ended unexpectedly (${code}).`);
    stop(1);
  });
}

async function reachable(url: string): Promise<void> {
  const giveUpAt = Date.now() + READY_SECONDS * 1000;
  while (Date.now() < giveUpAt) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.error(`${url} did not answer within ${READY_SECONDS} s.`);
  stop(1);
}

/** `wrangler dev` fires no cron, so this is the cron. */
function tick(): void {
  fetch(`${BASE_URL}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`).catch(() => {
    if (!stopping) console.error("The cron tick did not reach the Worker.");
  });
}

function stop(code: number): void {
  if (stopping) return;
  stopping = true;
  const running = children.filter((child) => child.exitCode === null);
  let left = running.length;
  if (left === 0) process.exit(code);
  for (const child of running) {
    child.once("exit", () => {
      left -= 1;
      if (left === 0) process.exit(code);
    });
    child.kill("SIGTERM");
  }
  // A child that does not end in time is ended.
  setTimeout(() => {
    for (const child of running) child.kill("SIGKILL");
    process.exit(code);
  }, 5_000).unref();
}

/** The keys stay; the ports and the Discord application may change from one start to the next. */
function remember(discord: Application): void {
  const keys = JSON.parse(readFileSync(KEYS_FILE, "utf8")) as Record<string, string>; // safe: written by seedDemo.
  const { discord_private_key: _, ...kept } = keys;
  const current = { ...kept, base_url: BASE_URL, simulator_url: SIMULATOR_URL, ...discord.keys };
  writeFileSync(KEYS_FILE, JSON.stringify(current, null, 2));
}

function greet(): void {
  console.log(`
Claimcheck is running.

  API          ${BASE_URL}/api/v1
  Reference    ${BASE_URL}/docs
  Simulator    ${SIMULATOR_URL}/_control/health
  Demo keys    .dev/keys.json (admin, advertiser, affiliate)

Discord needs no server to be tried; npm run discord:say explains more:

  ${EXAMPLE}

Try the walk in README.md. Ctrl-C ends everything; the data stays (npm start -- --fresh begins anew).
`);
}
