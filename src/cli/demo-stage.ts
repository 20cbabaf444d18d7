import type { D1Database } from "@cloudflare/workers-types";
import { createSimulator } from "../../test/simulator/app.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import { type Ctx, type Gate, settingsIn } from "../context.ts";
import { createDb } from "../db/client.ts";
import { DEFAULT_GATE_SETTINGS } from "../domain/gate.ts";
import type { Lane } from "../domain/lane.ts";
import type { Platform } from "../domain/platform.ts";
import type { ReconcileMessage } from "../domain/reconcile-message.ts";
import { createIds } from "../lib/ids.ts";
import { createLogger } from "../lib/log.ts";
import { createMemoryBoard } from "../lib/memory-board.ts";
import { createMemoryGate } from "../lib/memory-gate.ts";
import { createSecretBox } from "../lib/secret-box.ts";
import { PLATFORMS } from "../platforms/lookup.ts";
import { loadPlatformSettings } from "../platforms/settings.ts";
import { observePosts } from "../services/observe-posts.ts";
import { reconcileReports } from "../services/reconcile-reports.ts";
import { renewToken, type Vault } from "../services/renew-token.ts";
import { simulatedPlatforms } from "./simulated-platforms.ts";

export interface DemoPost {
  platform: Platform;
  externalId: string;
  /** The body for the simulator's control API. */
  told: Record<string, unknown>;
}

/** The real services over a clock that is wound, a simulated network and a queue held in memory. */
export interface Stage {
  ctx: Ctx;
  wind: { now: number };
  sent: { lane: Lane; message: ReconcileMessage }[];
  simulator: ReturnType<typeof createSimulator>;
  posts: DemoPost[];
}

export const ORIGIN = { requestId: "req_demo", traceparent: `00-${"d".repeat(32)}-${"e".repeat(16)}-01` };

/** A PUT of the simulator's control API. */
export const tell = (told: Record<string, unknown>) => ({
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(told),
});

/** Where the simulated network lies. */
export const SIMULATOR = "http://simulator.test";

/**
 * @param startAt where the clock begins, ms UTC
 * @param tokenKeys what seals the tokens of the demo's accounts: the Worker's own TOKEN_KEYS
 */
export function createStage(database: D1Database, startAt: number, tokenKeys: string): Stage {
  const wind = { now: startAt };
  const now = () => wind.now;
  const sent: Stage["sent"] = [];
  const simulator = createSimulator({ seed: "claimcheck", now });
  const variables = simulatedPlatforms(SIMULATOR);
  const platforms = loadPlatformSettings(variables);
  const vaults = new Map<string, string>();
  const vault: Vault = {
    get: (key) => vaults.get(key) ?? null,
    put: (key, sealed) => void vaults.set(key, sealed),
    delete: (key) => void vaults.delete(key),
  };
  // One thing after the other: nobody asks twice at once here.
  const renew: Gate["renew"] = (request) => renewToken(ctx, vault, request);
  const gates = new Map(
    PLATFORMS.map((platform) => [platform, createMemoryGate(DEFAULT_GATE_SETTINGS, now, renew)] as const),
  );
  const ctx: Ctx = {
    config: {
      ...DEFAULT_CONFIG,
      PUBLIC_URL: SIMULATOR,
      RESOLVER_BASE_URL: variables.RESOLVER_BASE_URL ?? "",
    },
    db: createDb(database),
    queues: {
      send: async (lane, messages) => void sent.push(...messages.map((message) => ({ lane, message }))),
      backlog: async () => ({ urgent: null, normal: null, bulk: null }),
    },
    clicks: { send: async () => undefined },
    links: createMemoryBoard(now, () => ""),
    outbox: { wake: async () => undefined, wakeAlerts: async () => undefined },
    gate: (platform) => gates.get(platform) ?? createMemoryGate(DEFAULT_GATE_SETTINGS, now, renew),
    settings: (platform) => settingsIn(platforms, platform),
    box: createSecretBox(tokenKeys),
    fetch: simulator.fetch,
    now,
    random: Math.random,
    ids: createIds(now, (bytes) => crypto.getRandomValues(bytes)),
    log: createLogger({}, () => undefined),
  };
  return { ctx, wind, sent, simulator, posts: [] };
}

/** Delivers all that was sent, in batches as the queues would make them. */
export async function deliver({ ctx, sent }: Stage): Promise<void> {
  for (const [lane, messages] of Map.groupBy(sent.splice(0), (entry) => entry.lane)) {
    const idsOf = (kind: ReconcileMessage["kind"]) =>
      messages.flatMap(({ message }) => (message.kind === kind ? message.ids : []));
    const reportIds = idsOf("reports");
    if (reportIds.length > 0)
      await reconcileReports(ctx, { reportIds, lane, manual: false, origins: [ORIGIN] });
    const postIds = idsOf("posts");
    if (postIds.length > 0) await observePosts(ctx, postIds);
  }
}
