/**
 * Clicks 50,000 times on ten tracked links with wrk, one in twenty of them a bot, while the queue delivers twice at
 * random, and says whether every click was counted once: totals and uniques exact, no database asked once the links are
 * known, few rows written. The throughput stands beside that of a Worker which only answers 302, in the same run.
 *
 *     npm run bench:clicks
 *     npm run bench:clicks -- --any-speed    on a machine that others use too: the throughput is only told
 *
 * It needs wrk (Debian: apt-get install wrk) and ends with 1 if anything is not as it must be.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QUIET, ROOT, wrangler } from "./local.ts";

const CLICKS = 50_000;
const CONNECTIONS = 32;
const LINKS = 10;
/** As in test/bench/clicks/clicks.lua. */
const VISITORS = 997;
const BOT_EVERY = 20;
const PORTS = { bare: 8911, ours: 8912 };
/** Alternating with the bare Worker, so that both meet the same moods of the machine. */
const ROUNDS = 5;
const CLICKS_A_ROUND = CLICKS / ROUNDS;
const LEAST_SHARE = 0.8;
const MOST_ROWS_PER_THOUSAND = 60;
const COUNTED_WITHIN_SECONDS = 120;

interface LinkSums {
  human: number;
  automated: number;
  unique_human: number;
  unique_automated: number;
}

interface State {
  links: (LinkSums & { link: string })[];
  total: LinkSums | null;
  delivered: { messages: number; again: number };
  d1?: { trips: number; rowsRead: number; rowsWritten: number };
  edge?: { trips: number };
}

const children: ChildProcess[] = [];
const directory = mkdtempSync(join(tmpdir(), "claimcheck-clicks-"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    cleanUp();
    process.exit(1);
  });
}
try {
  process.exitCode = await main();
} finally {
  cleanUp();
}

function cleanUp(): void {
  for (const child of children) child.kill("SIGTERM");
  rmSync(directory, { recursive: true, force: true });
}

async function main(): Promise<number> {
  if (spawnSync("wrk", ["--version"]).error !== undefined) {
    console.error("This needs wrk: apt-get install wrk");
    return 1;
  }
  const config = benchConfig();
  const [node, migrate] = wrangler("d1", "migrations", "apply", "DB", "--local", ...at(config));
  execFileSync(node, migrate, { cwd: directory, env: QUIET, stdio: ["ignore", "ignore", "inherit"] });
  await serve(PORTS.ours, ["--config", config, "--persist-to", directory, ...vars()]);
  await serve(PORTS.bare, ["--config", bareConfig()]);
  const ours = `http://127.0.0.1:${PORTS.ours}`;
  const seeded = await (await fetch(`${ours}/_bench/seed`, { method: "POST" })).json();
  const { codes } = seeded as { codes: string[] }; // safe: our own Worker's answer.
  for (const code of codes) await fetch(`${ours}/go/${code}`, { method: "HEAD", redirect: "manual" });
  await stateOf(ours);

  const rates = { bare: [] as number[], ours: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.bare.push(wrk(`http://127.0.0.1:${PORTS.bare}`, codes));
    // The clicks are cut into rounds that follow one another, so that the sums are those of one run.
    rates.ours.push(wrk(ours, codes));
  }
  return report(await countedState(ours), rates);
}

/** The project's own configuration with the benchmark's Worker in it; paths in it are relative to where it lies. */
function benchConfig(): string {
  const path = join(directory, "wrangler.toml");
  const text = readFileSync(join(ROOT, "wrangler.toml"), "utf8")
    .replace('main = "src/index.ts"', `main = "${join(ROOT, "test/bench/clicks/worker.ts")}"`)
    .replaceAll('"migrations"', `"${join(ROOT, "migrations")}"`)
    .replaceAll('"./public"', `"${join(ROOT, "public")}"`);
  writeFileSync(path, text);
  return path;
}

/** A Worker of the same outer shape: locally, files for the browser put a Worker of wrangler's own before ours. */
function bareConfig(): string {
  const path = join(directory, "bare.wrangler.toml");
  const text = `name = "bare"
main = "${join(ROOT, "test/bench/clicks/bare.ts")}"
compatibility_date = "2026-10-01"

[assets]
directory = "${join(ROOT, "public")}"
binding = "ASSETS"
run_worker_first = true
`;
  writeFileSync(path, text);
  return path;
}

function at(config: string): string[] {
  return ["--config", config, "--persist-to", directory];
}

function vars(): string[] {
  const key = `bench:${Buffer.alloc(32, 7).toString("base64")}`;
  return ["--var", `TOKEN_KEYS:${key}`, "--var", "PUBLIC_URL:http://127.0.0.1"];
}

async function serve(port: number, options: string[]): Promise<void> {
  const common = [
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    "--inspector-port",
    "0",
    "--log-level",
    "error",
  ];
  const [node, args] = wrangler("dev", ...options, ...common, "--show-interactive-dev-session=false");
  const child = spawn(node, args, { cwd: directory, env: QUIET, stdio: ["ignore", "ignore", "inherit"] });
  children.push(child);
  // One that ends by itself, because the port is taken say, is not waited for.
  for (let i = 0; i < 300 && child.exitCode === null; i++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" }).catch(() => null);
    if (answer !== null) return;
    await pause(200);
  }
  throw new Error(`nothing answers on port ${port}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @returns requests per second */
function wrk(url: string, codes: readonly string[]): number {
  const script = join(ROOT, "test/bench/clicks/clicks.lua");
  const options = ["-t1", `-c${CONNECTIONS}`, "-d300s", "--timeout", "30s", "-s", script, url];
  const startedAt = performance.now();
  const output = execFileSync("wrk", [...options, "--", String(CLICKS_A_ROUND), ...codes], {
    encoding: "utf8",
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  if (!output.includes("\n0 answers were no redirect") && !output.startsWith("0 answers were no redirect")) {
    throw new Error(`wrk met failures:\n${output}`);
  }
  return CLICKS_A_ROUND / seconds;
}

async function stateOf(ours: string): Promise<State> {
  return (await (await fetch(`${ours}/_bench/state`)).json()) as State; // safe: our own Worker's answer.
}

/** What is counted once nothing moves any more, with what it cost. */
async function countedState(ours: string): Promise<State> {
  const cost = { trips: 0, rowsRead: 0, rowsWritten: 0 };
  let edgeTrips = 0;
  let quiet = 0;
  let last = 0;
  for (let i = 0; i < COUNTED_WITHIN_SECONDS; i++) {
    const state = await stateOf(ours);
    cost.trips += state.d1?.trips ?? 0;
    cost.rowsRead += state.d1?.rowsRead ?? 0;
    cost.rowsWritten += state.d1?.rowsWritten ?? 0;
    edgeTrips += state.edge?.trips ?? 0;
    const counted = (state.total?.human ?? 0) + (state.total?.automated ?? 0);
    quiet = counted === last && counted > 0 ? quiet + 1 : 0;
    last = counted;
    // Longer than a batch of the queue gathers: what was delivered twice would have been counted twice by then.
    if (quiet >= 15) return { ...state, d1: cost, edge: { trips: edgeTrips } };
    await pause(1_000);
  }
  throw new Error("the count did not come to rest");
}

/** What must have been counted of each link, by the same arithmetic as the clicks were sent. */
function expectedSums(): LinkSums[] {
  return Array.from({ length: LINKS }, (_, link) => {
    const seen = { human: new Set<number>(), automated: new Set<number>() };
    const sums = { human: 0, automated: 0 };
    for (let n = 0; n < CLICKS_A_ROUND; n++) {
      if (n % LINKS !== link) continue;
      const kind = Math.floor(n / LINKS) % BOT_EVERY === 0 ? "automated" : "human";
      sums[kind] += ROUNDS;
      seen[kind].add(Math.floor(n / LINKS) % VISITORS);
    }
    return { ...sums, unique_human: seen.human.size, unique_automated: seen.automated.size };
  });
}

function report(state: State, rates: { bare: number[]; ours: number[] }): number {
  const expected = expectedSums();
  const actual = state.links.map(({ link: _, ...sums }) => sums);
  const exact = JSON.stringify(actual.map(inOrder)) === JSON.stringify(expected.map(inOrder));
  const share = median(rates.ours) / median(rates.bare);
  const rows = ((state.d1?.rowsWritten ?? 0) / CLICKS) * 1_000;
  const checks: [name: string, ok: boolean, measured: string][] = [
    ["totals and uniques of every link", exact, exact ? "exact" : JSON.stringify({ actual, expected })],
    [
      "clicks counted",
      (state.total?.human ?? 0) + (state.total?.automated ?? 0) === CLICKS,
      JSON.stringify(state.total),
    ],
    [
      "messages delivered again",
      state.delivered.again > 0,
      `${state.delivered.again} beside ${state.delivered.messages}`,
    ],
    ["D1 asked by the edge after warm-up", state.edge?.trips === 0, `${state.edge?.trips} trips`],
    ["rows written per 1,000 clicks", rows <= MOST_ROWS_PER_THOUSAND, rows.toFixed(1)],
    [
      "throughput, of a bare 302",
      share >= LEAST_SHARE || process.argv.includes("--any-speed"),
      `${(share * 100).toFixed(0)} % (${rates.ours.map(Math.round)} of ${rates.bare.map(Math.round)} a second)`,
    ],
  ];
  for (const [name, ok, measured] of checks)
    console.log(`${ok ? "ok  " : "FAIL"} ${name.padEnd(38)} ${measured}`);
  return checks.every(([, ok]) => ok) ? 0 : 1;
}

function inOrder(sums: LinkSums): number[] {
  return [sums.human, sums.automated, sums.unique_human, sums.unique_automated];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
