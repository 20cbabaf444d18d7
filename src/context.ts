import { type Config, loadConfig } from "./config.ts";
import { createDb, type Db } from "./db/client.ts";
import type { Transition } from "./domain/breaker.ts";
import type { ClickQueue } from "./domain/click.ts";
import type { RenewedToken, RenewRequest } from "./domain/connected-account.ts";
import type { AdmitRequest, GateSnapshot, Grant, SettleReport } from "./domain/gate.ts";
import type { Lane } from "./domain/lane.ts";
import type { LinkBoard } from "./domain/link-board.ts";
import type { Outbox, OutboxMessage } from "./domain/outbox-message.ts";
import type { Platform } from "./domain/platform.ts";
import type { ReconcileMessage, ReconcileQueues } from "./domain/reconcile-message.ts";
import { createIds, type Ids } from "./lib/ids.ts";
import { createLogger, type Logger } from "./lib/log.ts";
import { createSecretBox, type SecretBox } from "./lib/secret-box.ts";
import type { Fetch } from "./platforms/adapter.ts";
import { loadPlatformSettings, type PlatformSettings } from "./platforms/settings.ts";

/** The gate of one platform; objects/platform-gate.ts is the real one. */
export interface Gate {
  /** `transitions` of the breaker are returned by exactly one call, which logs them. */
  admit(requests: readonly AdmitRequest[]): Promise<{ grants: Grant[]; transitions: Transition[] }>;
  settle(reports: readonly SettleReport[]): Promise<{ transitions: Transition[] }>;
  /** A token that works, renewed once however many ask. Never throws for what a vendor does. */
  renew(request: RenewRequest): Promise<RenewedToken>;
  snapshot(): Promise<GateSnapshot>;
  hold(reason: string): Promise<void>;
  release(): Promise<void>;
}

/** Everything a service may touch. Tests replace the clock, ids, randomness and network. */
export interface Ctx {
  config: Config;
  db: Db;
  queues: ReconcileQueues;
  outbox: Outbox;
  /** Where clicks wait to be counted. */
  clicks: ClickQueue;
  /** Where changes of tracked links are announced. */
  links: LinkBoard;
  gate(platform: Platform): Gate;
  /** The vendor's addresses and our secrets there. */
  settings(platform: Platform): PlatformSettings;
  /** Seals the tokens of connected accounts; null if TOKEN_KEYS is not set. */
  box: SecretBox | null;
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

/** What is read from the environment once an isolate. */
interface Settings {
  config: Config;
  platforms: ReadonlyMap<Platform, PlatformSettings>;
  box: SecretBox | null;
}

const settings = new WeakMap<object, Settings>();

function settingsOf(env: Env): Settings {
  const known = settings.get(env);
  if (known) return known;
  const variables = env as unknown as Record<string, unknown>; // safe: variables are plain values.
  const { TOKEN_KEYS: keys } = variables;
  const read = {
    config: loadConfig(variables),
    platforms: loadPlatformSettings(variables),
    box: typeof keys === "string" && keys !== "" ? createSecretBox(keys) : null,
  };
  settings.set(env, read);
  return read;
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

/** The queue of what is to be said in Discord. */
function createOutbox({ DISCORD_OUTBOX: queue }: Env): Outbox {
  const send = (messages: readonly OutboxMessage[], delaySeconds: number) =>
    queue.sendBatch(
      messages.map((body) => ({ body, contentType: "json" as const })),
      { delaySeconds },
    );
  return {
    wake: async (ids, delaySeconds = 0) => {
      const messages = ids.map((id) => ({ v: 1, kind: "entry", id }) as const);
      for (let i = 0; i < messages.length; i += SEND_BATCH_LIMIT) {
        await send(messages.slice(i, i + SEND_BATCH_LIMIT), delaySeconds);
      }
    },
    wakeAlerts: async () => void (await send([{ v: 1, kind: "alerts" }], 0)),
  };
}

/** @throws {RangeError} for a platform this version does not know */
export function settingsIn(
  platforms: ReadonlyMap<Platform, PlatformSettings>,
  platform: Platform,
): PlatformSettings {
  const found = platforms.get(platform);
  if (found === undefined) throw new RangeError(`no settings for ${platform}`);
  return found;
}

/** Turns the Worker's bindings into ports. Cheap: made anew for each request, batch and tick. */
export function createCtx(env: Env): Ctx {
  const { config, platforms, box } = settingsOf(env);
  return {
    config,
    db: createDb(env.DB),
    queues: { send: (lane, messages) => send(env, lane, messages), backlog: () => backlog(env) },
    outbox: createOutbox(env),
    clicks: { send: async (message) => void (await env.CLICKS.send(message, { contentType: "json" })) },
    links: env.LINK_BOARD.getByName("links"),
    gate: (platform) => env.PLATFORM_GATE.getByName(platform),
    settings: (platform) => settingsIn(platforms, platform),
    box,
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    random: Math.random,
    ids,
    log: createLogger(),
  };
}
