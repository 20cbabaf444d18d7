/**
 * The demo: two advertisers, campaigns on every platform, a dozen affiliates of mixed honesty and four days of history,
 * lived through by the real services on a clock that is wound forward. Nothing is made up afterwards: verdicts, trust,
 * alerts and dashboards are what the product made of it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { getPlatformProxy } from "wrangler";
import { DAY_MS } from "../domain/time.ts";
import { HISTORY_DAYS, playHistory } from "./demo-history.ts";
import { createStage, type DemoPost, tell } from "./demo-stage.ts";
import { DEV, databaseOnlyConfig, KEYS_FILE, STATE, tokenKeys } from "./local.ts";

const POSTS_FILE = join(DEV, "demo-posts.json");
/** Lies there while the demo is being seeded: what died half-way is begun anew. */
const SEEDING_FILE = join(DEV, "seeding");

/** What the clicks of the tracked campaign take to settle after the last day. */
const HALF_AN_HOUR_MS = 1_800_000;

/** Clears away a demo whose seeding did not come to its end. */
export function clearHalfSeeded(): void {
  if (existsSync(SEEDING_FILE)) rmSync(DEV, { recursive: true });
}

/** Fills an empty database with the demo and writes the demo keys. */
export async function seedDemo(urls: { baseUrl: string; simulatorUrl: string }): Promise<void> {
  mkdirSync(DEV, { recursive: true });
  writeFileSync(SEEDING_FILE, "");
  const proxy = await getPlatformProxy<{ DB: D1Database }>({
    configPath: databaseOnlyConfig(),
    persist: { path: join(STATE, "v3") },
  });
  try {
    const startAt = Date.now() - HISTORY_DAYS * DAY_MS - HALF_AN_HOUR_MS;
    const stage = createStage(proxy.env.DB, startAt, tokenKeys());
    const keys = await playHistory(stage);
    writeFileSync(POSTS_FILE, JSON.stringify(stage.posts));
    writeFileSync(
      KEYS_FILE,
      JSON.stringify({ base_url: urls.baseUrl, simulator_url: urls.simulatorUrl, ...keys }, null, 2),
      { mode: 0o600 },
    );
    rmSync(SEEDING_FILE);
  } finally {
    await proxy.dispose();
  }
}

/** Tells a freshly started simulator of the demo's posts, so that they go on growing from where the history left them. */
export async function registerDemoPosts(simulatorUrl: string): Promise<void> {
  if (!existsSync(POSTS_FILE)) return;
  const posts = JSON.parse(readFileSync(POSTS_FILE, "utf8")) as DemoPost[]; // safe: written by seedDemo.
  for (const { platform, externalId, told } of posts) {
    await fetch(`${simulatorUrl}/_control/${platform}/posts/${externalId}`, tell(told));
  }
}
