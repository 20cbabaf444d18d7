import { env } from "cloudflare:workers";
import { type PolicyOverrides, resolvePolicy } from "../../src/domain/policy.ts";
import { issueKey, type World } from "./world.ts";

export interface Account {
  id: string;
  key: string;
}

export async function anAdvertiser(world: World): Promise<Account> {
  const id = world.ctx.ids("adv");
  await env.DB.prepare("insert into advertisers (id, name, created_at, updated_at) values (?, ?, ?, ?)")
    .bind(id, `Advertiser ${id}`, world.now, world.now)
    .run();
  return { id, key: await issueKey(world, "advertiser", id) };
}

export async function anAffiliate(
  world: World,
  { trust = 500_000, status = "active" } = {},
): Promise<Account> {
  const id = world.ctx.ids("aff");
  await env.DB.prepare(
    "insert into affiliates (id, name, email, trust, status, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?)",
  )
    .bind(id, `Affiliate ${id}`, `${id.toLowerCase()}@example.com`, trust, status, world.now, world.now)
    .run();
  return { id, key: await issueKey(world, "affiliate", id) };
}

export interface CampaignOptions {
  advertiserId?: string;
  platforms?: string[];
  status?: "ACTIVE" | "PAUSED" | "ENDED";
  access?: "open" | "invite";
  startsAt?: number;
  endsAt?: number | null;
  claimsCloseAt?: number | null;
  observeEveryMinutes?: number;
  policy?: PolicyOverrides;
}

/** A campaign, and its advertiser if none is named. Settle hours are the platform's unless the policy names them. */
export async function aCampaign(world: World, options: CampaignOptions = {}): Promise<string> {
  const id = world.ctx.ids("cmp");
  const advertiserId = options.advertiserId ?? (await anAdvertiser(world)).id;
  const policy = {
    ...resolvePolicy(options.policy ?? {}),
    settle_hours: options.policy?.settle_hours ?? null,
  };
  const { startsAt = world.now - 86_400_000, endsAt = null, claimsCloseAt = null } = options;
  await env.DB.batch([
    env.DB.prepare(
      `insert into campaigns (id, advertiser_id, name, status, access, starts_at, ends_at, claims_close_at,
        observe_every_minutes, policy_version, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
    ).bind(
      id,
      advertiserId,
      `Campaign ${id}`,
      options.status ?? "ACTIVE",
      options.access ?? "open",
      startsAt,
      endsAt,
      claimsCloseAt,
      options.observeEveryMinutes ?? 360,
      world.now,
      world.now,
    ),
    env.DB.prepare("insert into policies (campaign_id, version, body, created_at) values (?, 1, ?, ?)").bind(
      id,
      JSON.stringify(policy),
      world.now,
    ),
    ...(options.platforms ?? ["youtube", "x"]).map((platform) =>
      env.DB.prepare("insert into campaign_platforms (campaign_id, platform) values (?, ?)").bind(
        id,
        platform,
      ),
    ),
  ]);
  return id;
}

/** A valid YouTube video id, different for every number. */
export const videoId = (n: number): string => `vid${String(n).padStart(8, "0")}`;

export interface SubmitOptions {
  key: string;
  campaignId: string;
  video?: string;
  url?: string;
  claimed?: Record<string, number>;
  more?: Record<string, unknown>;
  /** The test has what no deployment has, so that the answer is no example of the OpenAPI document. */
  invented?: boolean;
}

export interface Receipt {
  submission_id: string;
  report_id: string;
  post_id: string;
  contested: boolean;
  lane: string;
  suspicion_flags: string[];
  tracked_link: string;
}

/** Submits over HTTP and returns the receipt; anything but 201 fails the test. */
export async function submit(world: World, options: SubmitOptions): Promise<Receipt> {
  const { key, campaignId, video = videoId(1), claimed = { claimed_views: 1_000 } } = options;
  const url = options.url ?? `https://www.youtube.com/watch?v=${video}`;
  const body = { campaign_id: campaignId, url, ...claimed, ...options.more };
  const { invented = false } = options;
  const response = await world.request("POST", "/api/v1/submissions", { key, body, invented });
  if (response.status !== 201)
    throw new Error(`${response.status}: ${await response.text()} ${world.lines.at(-2)}`);
  return response.json();
}

/** One row of the database, or null. */
export async function row<T = Record<string, unknown>>(
  query: string,
  ...values: unknown[]
): Promise<T | null> {
  return env.DB.prepare(query)
    .bind(...values)
    .first<T>();
}

export async function rows<T = Record<string, unknown>>(query: string, ...values: unknown[]): Promise<T[]> {
  return (
    await env.DB.prepare(query)
      .bind(...values)
      .all<T>()
  ).results;
}

/** What is stored of a report. */
export const reconciliation = (reportId: string) =>
  row<{
    state: string;
    status: string | null;
    level: string | null;
    attempts: number;
    logs: number;
    next_attempt_at: number | null;
    missing_reason: string | null;
  }>("select * from reconciliations where report_id = ?", reportId);

/** How a request was refused: its status, its code and the fields it points at. */
export async function refusalOf(
  response: Response,
): Promise<{ status: number; code: string; pointers: string[] }> {
  const problem: { status: number; code: string; errors?: { pointer: string }[] } = await response.json();
  return {
    status: response.status,
    code: problem.code,
    pointers: (problem.errors ?? []).map(({ pointer }) => pointer),
  };
}

/** All rows of all tables, as one text to compare with another. */
export async function everyRow(): Promise<string> {
  const tables = await rows<{ name: string }>(
    "select name from sqlite_schema where type = 'table' and name not like '\\_cf%' escape '\\' order by name",
  );
  const results = await env.DB.batch(tables.map(({ name }) => env.DB.prepare(`select * from "${name}"`)));
  return JSON.stringify(results.map(({ results: found }, i) => [tables[i]?.name, found]));
}
