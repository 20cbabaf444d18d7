import { type Config, loadConfig } from "./config.ts";
import { createDb, type Db } from "./db/client.ts";
import type { Transition } from "./domain/breaker.ts";
import type { AdmitRequest, GateSnapshot, Grant, SettleReport } from "./domain/gate.ts";
import type { Lane } from "./domain/lane.ts";
import type { Platform } from "./domain/platform.ts";
import type { ReconcileMessage, ReconcileQueues } from "./domain/reconcile-message.ts";
import { createIds, type Ids } from "./lib/ids.ts";
import { createLogger, type Logger } from "./lib/log.ts";
import type { Fetch } from "./platforms/adapter.ts";

/** The gate of one platform; objects/platform-gate.ts is the real one. */
export interface Gate {
  /** `transitions` of the breaker are returned by exactly one call, which logs them. */
  admit(request: AdmitRequest): Promise<{ grant: Grant; transitions: Transition[] }>;
  settle(report: SettleReport): Promise<{ transitions: Transition[] }>;
  snapshot(): Promise<GateSnapshot>;
  hold(reason: string): Promise<void>;
  release(): Promise<void>;
}

/** Everything a service may touch. Tests replace the clock, ids, randomness and network. */
export interface Ctx {
  config: Config;
  db: Db;
  queues: ReconcileQueues;
  gate(platform: Platform): Gate;
  /** App-level credential of a platform; undefined if the secret is not set. */
  credential(platform: Platform): string | undefined;
  /** Base URL of a platform's API. */
  baseUrl(platform: Platform): string;
  fetch: Fetch;
  /** ms UTC */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  ids: Ids;
  log: Logger;
}

// One maker of ids an isolate, so that ids rise across its requests.
const ids = createIds(Date.now, (bytes) => crypto.getRandomValues(bytes));

const configs = new WeakMap<object, Config>();

function configOf(env: Env): Config {
  const known = configs.get(env);
  if (known) return known;
  const config = loadConfig(env as unknown as Record<string, unknown>); // safe: variables are plain values.
  configs.set(env, config);
  return config;
}

function queueOf(env: Env, lane: Lane): Queue<ReconcileMessage> {
  return { urgent: env.RECONCILE_URGENT, normal: env.RECONCILE_NORMAL, bulk: env.RECONCILE_BULK }[lane];
}

/** Most messages Queues takes in one sendBatch. https://developers.cloudflare.com/queues/platform/limits/ */
const SEND_BATCH_LIMIT = 100;

async function send(env: Env, lane: Lane, messages: readonly ReconcileMessage[]): Promise<void> {
  for (let i = 0; i < messages.length; i += SEND_BATCH_LIMIT) {
    await queueOf(env, lane).sendBatch(
      messages.slice(i, i + SEND_BATCH_LIMIT).map((body) => ({ body, contentType: "json" as const })),
    );
  }
}

async function backlog(env: Env): Promise<Record<Lane, number | null>> {
  const count = async (lane: Lane) => {
    try {
      return (await queueOf(env, lane).metrics()).backlogCount;
    } catch {
      // Not every runtime counts, and an operator's page must not fail for it.
      return null;
    }
  };
  const [urgent, normal, bulk] = await Promise.all([count("urgent"), count("normal"), count("bulk")]);
  return { urgent, normal, bulk };
}

/** Turns the Worker's bindings into ports. Cheap: made anew for each request, batch and tick. */
export function createCtx(env: Env): Ctx {
  const config = configOf(env);
  const credentials: Record<Platform, string | undefined> = {
    youtube: env.YOUTUBE_API_KEY,
    x: env.X_BEARER_TOKEN,
  };
  const baseUrls: Record<Platform, string> = { youtube: config.YOUTUBE_BASE_URL, x: config.X_BASE_URL };
  return {
    config,
    db: createDb(env.DB),
    queues: { send: (lane, messages) => send(env, lane, messages), backlog: () => backlog(env) },
    gate: (platform) => env.PLATFORM_GATE.getByName(platform),
    credential: (platform) => credentials[platform],
    baseUrl: (platform) => baseUrls[platform],
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    random: Math.random,
    ids,
    log: createLogger(),
  };
}
