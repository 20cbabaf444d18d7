import { env } from "cloudflare:workers";
import { createApp } from "../../src/app.ts";
import { simulatedPlatforms } from "../../src/cli/simulated-platforms.ts";
import { type Config, DEFAULT_CONFIG } from "../../src/config.ts";
import { type Ctx, type Gate, settingsIn } from "../../src/context.ts";
import { createDb } from "../../src/db/client.ts";
import { hashApiKey, keyPrefix, makeApiKey } from "../../src/domain/api-key.ts";
import type { ClickMessage } from "../../src/domain/click.ts";
import type { RenewedToken } from "../../src/domain/connected-account.ts";
import type { Lane } from "../../src/domain/lane.ts";
import type { OutboxMessage } from "../../src/domain/outbox-message.ts";
import type { Platform } from "../../src/domain/platform.ts";
import type { ReconcileMessage } from "../../src/domain/reconcile-message.ts";
import { createIds } from "../../src/lib/ids.ts";
import { createLogger } from "../../src/lib/log.ts";
import { createMemoryBoard } from "../../src/lib/memory-board.ts";
import { createMemoryGate } from "../../src/lib/memory-gate.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";
import { singleFlight } from "../../src/lib/single-flight.ts";
import { gateSettings } from "../../src/objects/platform-gate.ts";
import { loadPlatformSettings } from "../../src/platforms/settings.ts";
import { observePosts } from "../../src/services/observe-posts.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { renewToken, type Vault } from "../../src/services/renew-token.ts";
import { createSimulator, type Simulator, VENDORS } from "../simulator/app.ts";
import type { Vendor } from "../simulator/vendor.ts";
import { countingDb, type D1Usage } from "./counting-db.ts";
import { noteExercised } from "./exercised.ts";
import { heldBackground } from "./held-background.ts";

/** When every test world begins. */
export const START = Date.parse("2026-06-01T12:00:00.000Z");

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

/** The Discord application of every test world, and its key pair: the private half is a seed like any other. */
export const APPLICATION_ID = "775799577604522054";
export const PRIVATE_SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/** Seals tokens in tests; a key like any other. */
const TOKEN_KEYS = `t1:${btoa("test-key-of-thirty-two-bytes-ok!")}`;

/** What the storage of a Durable Object is to renewals. */
export function memoryVault(): Vault & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get: (key) => entries.get(key) ?? null,
    put: (key, sealed) => void entries.set(key, sealed),
    delete: (key) => void entries.delete(key),
  };
}

/** The real services, SQL and HTTP over a clock, ids, network and queue that the test holds in its hands. */
export interface World {
  ctx: Ctx;
  now: number;
  advance(ms: number): void;
  simulator: Simulator;
  /** What renewals keep beside D1. */
  vault: ReturnType<typeof memoryVault>;
  /** What is to be said in Discord and was not yet, in the order in which it was woken. */
  woken: OutboxMessage[];
  /** Clicks that wait to be counted, in messages. */
  clicked: ClickMessage[];
  /** Lets everything be done that following links left for later, without waiting: clicks are then in `clicked`. */
  flushClicks(): Promise<void>;
  /** Messages sent and not yet delivered, by lane. */
  sent: { lane: Lane; message: ReconcileMessage }[];
  /** Delivers all that was sent, once each, as whole batches a lane. */
  deliver(): Promise<void>;
  /** One request through the whole application. */
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  /** Sets the truth of a post in the simulator. */
  setPost(platform: Platform, externalId: string, post: Record<string, unknown>): Promise<void>;
  /** Puts (or without a body, reads) something of the simulator's control API, by the path below /_control. */
  control(path: string, body?: unknown): Promise<unknown>;
  setFaults(platform: Platform, faults: Record<string, unknown>): Promise<void>;
  calls(platform: Platform): Promise<{ calls: number; ids: number }>;
  takeUsage(): D1Usage;
  /** Fails the n-th D1 batch from now, before D1 sees it or after it has committed ("the answer was lost"). */
  failBatch(n: number, when: "before" | "after", error?: Error): void;
  /** Log lines so far. */
  lines: string[];
}

export interface RequestOptions {
  key?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  /** The test stored what no operation stores, so that the answer is no example of the OpenAPI document. */
  invented?: boolean;
}

export function createWorld(overrides: Partial<Config> = {}, vendors: readonly Vendor[] = VENDORS): World {
  const variables = simulatedPlatforms("http://simulator.test");
  const config: Config = {
    ...DEFAULT_CONFIG,
    PUBLIC_URL: "https://claimcheck.test",
    RESOLVER_BASE_URL: variables.RESOLVER_BASE_URL ?? "",
    DISCORD_APPLICATION_ID: APPLICATION_ID,
    DISCORD_PUBLIC_KEY: PUBLIC_KEY,
    DISCORD_API_URL: "http://simulator.test/discord/api/v10",
    DISCORD_CDN_URL: "http://simulator.test/discord/cdn",
    ...overrides,
  };
  const platforms = loadPlatformSettings(variables);
  const counting = countingDb(env.DB);
  const gates = new Map<Platform, Gate>();
  const sent: World["sent"] = [];
  const woken: OutboxMessage[] = [];
  const clicked: ClickMessage[] = [];
  const lines: string[] = [];
  const vault = memoryVault();
  const flights = singleFlight<RenewedToken>();
  const renew: Gate["renew"] = (request) =>
    flights(`${request.platform}:${request.label}`, () => renewToken(ctx, vault, request));
  let seed = 0;
  const world = { now: START } as World;
  const now = () => world.now;
  const simulator = createSimulator({ seed: "test", now, vendors });
  const ctx: Ctx = {
    config,
    db: createDb(counting.database),
    queues: {
      send: async (lane, messages) => {
        for (const message of messages) sent.push({ lane, message });
      },
      backlog: async () => ({ urgent: null, normal: null, bulk: null }),
    },
    outbox: {
      wake: async (ids) => void woken.push(...ids.map((id) => ({ v: 1, kind: "entry", id }) as const)),
      wakeAlerts: async () => void woken.push({ v: 1, kind: "alerts" }),
    },
    clicks: { send: async (message) => void clicked.push(message) },
    links: createMemoryBoard(now, () => btoa("a salt of thirty-two bytes, each")),
    gate: (platform) => {
      const gate = gates.get(platform) ?? createMemoryGate(gateSettings(config), now, renew);
      gates.set(platform, gate);
      return gate;
    },
    settings: (platform) => settingsIn(platforms, platform),
    box: createSecretBox(TOKEN_KEYS),
    fetch: simulator.fetch,
    now,
    random: () => 0.5,
    ids: createIds(now, (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = seed++ % 32;
    }),
    log: createLogger({}, (_level, line) => lines.push(line)),
  };
  const control = async (path: string, body?: unknown) => {
    const init =
      body === undefined
        ? {}
        : { method: "PUT", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await simulator.app.request(`http://simulator.test/_control${path}`, init);
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  const { background, flush } = heldBackground();
  const app = createApp(() => ctx, background);
  return Object.assign(world, {
    ctx,
    simulator,
    vault,
    sent,
    woken,
    clicked,
    flushClicks: flush,
    lines,
    advance: (ms: number) => {
      world.now += ms;
    },
    deliver: async () => {
      const messages = sent.splice(0);
      for (const [lane, group] of Map.groupBy(messages, (entry) => entry.lane)) {
        const ids = (kind: ReconcileMessage["kind"]) =>
          group.filter(({ message }) => message.kind === kind).flatMap(({ message }) => message.ids);
        const manual = group.some(({ message }) => message.manual);
        await reconcileReports(ctx, { reportIds: ids("reports"), lane, manual, origins: [ORIGIN] });
        await observePosts(ctx, ids("posts"));
      }
    },
    request: async (
      method: string,
      path: string,
      { key, body, headers = {}, invented = false }: RequestOptions = {},
    ) => {
      const init: RequestInit = { method, headers: { ...headers } };
      if (key !== undefined) Object.assign(init.headers as object, { authorization: `Bearer ${key}` });
      if (body !== undefined) {
        init.body = typeof body === "string" ? body : JSON.stringify(body);
        Object.assign(init.headers as object, { "content-type": "application/json", ...headers });
      }
      const response = await app.request(path, init, env);
      if (!invented) await noteExercised(method, path, response);
      return response;
    },
    control,
    setPost: async (platform: Platform, externalId: string, post: Record<string, unknown>) => {
      await control(`/${platform}/posts/${externalId}`, post);
    },
    setFaults: async (platform: Platform, faults: Record<string, unknown>) => {
      await control(`/${platform}/faults`, faults);
    },
    calls: async (platform: Platform) =>
      (await control(`/${platform}/calls`)) as { calls: number; ids: number },
    takeUsage: counting.take,
    failBatch: counting.failBatch,
  });
}

/** A key of a role, written straight into the database. */
export async function issueKey(
  world: World,
  role: "admin" | "advertiser" | "affiliate",
  subjectId: string | null,
) {
  const key = makeApiKey((bytes) => crypto.getRandomValues(bytes));
  await env.DB.prepare(
    "insert into api_keys (id, secret_hash, prefix, role, subject_id, created_at) values (?, ?, ?, ?, ?, ?)",
  )
    .bind(world.ctx.ids("key"), await hashApiKey(key), keyPrefix(key), role, subjectId, world.now)
    .run();
  return key;
}
