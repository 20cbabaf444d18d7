import { type SQL, sql } from "drizzle-orm";
import type { KnownPost } from "../../domain/open-report.ts";
import type { Platform } from "../../domain/platform.ts";
import type { Quota } from "../../domain/quota.ts";
import { type Db, runBatch } from "../client.ts";
import { CLAIMANTS, POST_COLUMNS, type PostRow, toKnownPost } from "./known-posts.ts";

/** What an operator decided for a platform; null leaves it to the adapter. */
export interface PlatformConfig {
  enabled: boolean;
  settleHours: number | null;
  quota: Quota | null;
  /** When it was last changed, ms UTC; null if it never was. */
  updatedAt: number | null;
}

/** A platform that nobody configured. */
export const UNTOUCHED: PlatformConfig = { enabled: true, settleHours: null, quota: null, updatedAt: null };

interface ConfigRow {
  platform: Platform;
  enabled: number;
  settle_hours: number | null;
  quota_limit: number | null;
  quota_window_seconds: number | null;
  updated_at: number;
}

function toConfig(row: ConfigRow | undefined): PlatformConfig {
  if (!row) return UNTOUCHED;
  const { quota_limit: limit, quota_window_seconds: window } = row;
  return {
    enabled: row.enabled === 1,
    settleHours: row.settle_hours,
    quota: limit === null || window === null ? null : { limit, window_seconds: window },
    updatedAt: row.updated_at,
  };
}

const configRow = (platform: Platform): SQL => sql`select * from platforms where platform = ${platform}`;

/** The configuration of every platform that was ever configured. */
export async function listPlatformConfigs(db: Db): Promise<Map<Platform, PlatformConfig>> {
  // A row a platform: read whole.
  const rows = await db.all<ConfigRow>(sql`select * from platforms`);
  return new Map(rows.map((row) => [row.platform, toConfig(row)]));
}

/** Replaces a platform's configuration. */
export async function upsertPlatformConfig(
  db: Db,
  platform: Platform,
  config: Omit<PlatformConfig, "updatedAt">,
  now: number,
): Promise<PlatformConfig> {
  const rows = await db.all<ConfigRow>(sql`
    insert into platforms (platform, enabled, settle_hours, quota_limit, quota_window_seconds, updated_at)
    values (${platform}, ${Number(config.enabled)}, ${config.settleHours}, ${config.quota?.limit ?? null},
      ${config.quota?.window_seconds ?? null}, ${now})
    on conflict (platform) do update set enabled = excluded.enabled, settle_hours = excluded.settle_hours,
      quota_limit = excluded.quota_limit, quota_window_seconds = excluded.quota_window_seconds,
      updated_at = excluded.updated_at
    returning *`);
  return toConfig(rows[0]);
}

/** A platform's configuration and, if anybody submitted it, the post of this id: one round trip. */
export async function findPost(
  db: Db,
  platform: Platform,
  externalId: string,
): Promise<{ post: KnownPost | null; config: PlatformConfig }> {
  const [configs, posts] = await runBatch(db, [
    configRow(platform),
    sql`
      select ${POST_COLUMNS}, ${CLAIMANTS} as claimants
      from posts p left join platforms pl on pl.platform = p.platform
      where p.platform = ${platform} and p.external_id = ${externalId}`,
  ]);
  // safe: the columns named in each statement.
  const [config] = (configs ?? []) as ConfigRow[];
  const [post] = (posts ?? []) as PostRow[];
  return { post: post ? toKnownPost(post) : null, config: toConfig(config) };
}

/** The reports that wait for a platform, as far as they were counted. */
export interface Waiting {
  reports: number;
  /** ms UTC; null if none waits. */
  oldestSince: number | null;
  /** There are more waiting reports than were looked at. */
  capped: boolean;
}

/** Waiting reports of all platforms that one status looks at, those that waited longest first. */
export const WAITING_CAP = 1_000;

/** What a platform's status is made of, beside its gate: one round trip, bounded by {@link WAITING_CAP}. */
export async function readPlatformLoad(
  db: Db,
  platform: Platform,
): Promise<{ config: PlatformConfig; waiting: Waiting; vendorCalls: Map<string, number> }> {
  const [configs, waits, counts] = await runBatch(db, [
    configRow(platform),
    waitingOf(platform),
    vendorCallsOf(platform),
  ]);
  // safe: the columns named in each statement.
  const [config] = (configs ?? []) as ConfigRow[];
  const [wait] = (waits ?? []) as { seen: number; reports: number; oldest: number | null }[];
  const calls = (counts ?? []) as { outcome: string; value: number }[];
  return {
    config: toConfig(config),
    waiting: {
      reports: wait?.reports ?? 0,
      oldestSince: wait?.oldest ?? null,
      capped: (wait?.seen ?? 0) >= WAITING_CAP,
    },
    vendorCalls: new Map(calls.map(({ outcome, value }) => [outcome, value])),
  };
}

const waitingOf = (platform: Platform): SQL => sql`
  select count(*) as seen, count(*) filter (where platform = ${platform}) as reports,
    min(put_off_since) filter (where platform = ${platform}) as oldest
  from (select platform, put_off_since from reconciliations
    where put_off_since is not null order by put_off_since limit ${WAITING_CAP})`;

// The label is <platform>/<outcome>, and "0" follows "/": a range of the primary key.
const vendorCallsOf = (platform: Platform): SQL => sql`
  select substr(label, length(${platform}) + 2) as outcome, value from counters
  where name = 'vendor_calls' and label >= ${`${platform}/`} and label < ${`${platform}0`}`;

/** Makes the reports that wait for a platform due now: what they waited for has changed. */
export async function wakePutOff(db: Db, platform: Platform, now: number): Promise<void> {
  await db.run(sql`
    update reconciliations set next_attempt_at = ${now}, sweep_at = ${now}
    where put_off_since is not null and platform = ${platform} and next_attempt_at > ${now} and lease_until <= ${now}`);
}
