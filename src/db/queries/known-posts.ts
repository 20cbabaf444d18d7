import { sql } from "drizzle-orm";
import { METRICS, type Metrics, metricsOf } from "../../domain/metrics.ts";
import type { Claimant, KnownPost } from "../../domain/open-report.ts";
import type { Platform } from "../../domain/platform.ts";
import { trustBucket } from "../../domain/trust.ts";
import type { Db } from "../client.ts";

/** Who claims the post, in every campaign: one JSON array a post. */
export const CLAIMANTS = sql`(
  select json_group_array(json_array(s.campaign_id, s.affiliate_id, f2.trust, c2.observe_every_minutes, c2.claims_close_at))
  from submissions s cross join campaigns c2 on c2.id = s.campaign_id cross join affiliates f2 on f2.id = s.affiliate_id
  where s.post_id = p.id and s.counted = 1)`;

export const POST_COLUMNS = sql`
  p.id as post_id, p.platform as platform, p.external_id as external_id, p.native_id as native_id,
  p.account_id as account_id, p.state as post_state,
  p.author_id as author_id, p.published_at as published_at, p.observed_at as observed_at, p.observe_due_at as observe_due_at,
  p.claimants as claimant_count, pl.enabled as enabled, pl.quota_limit as quota_limit,
  pl.quota_window_seconds as quota_window_seconds, json_array(p.views, p.clicks, p.conversions, p.likes, p.comments, p.shares) as known`;

/** A row of {@link POST_COLUMNS} and {@link CLAIMANTS}. */
export interface PostRow {
  post_id: string;
  platform: Platform;
  external_id: string;
  native_id: string | null;
  account_id: string | null;
  post_state: KnownPost["state"];
  author_id: string | null;
  published_at: number | null;
  observed_at: number | null;
  observe_due_at: number | null;
  claimant_count: number;
  enabled: number | null;
  quota_limit: number | null;
  quota_window_seconds: number | null;
  known: string;
  claimants: string;
}

type Counts = [number | null, number | null, number | null, number | null, number | null, number | null];

/** The six counts of a `json_array` in the order of METRICS. */
export function toMetrics(json: string): Metrics {
  // safe: written by json_array over the six metric columns.
  const counts = JSON.parse(json) as Counts;
  return metricsOf(Object.fromEntries(METRICS.map((metric, i) => [metric, counts[i] ?? null])));
}

type ClaimantTuple = [string, string, number, number, number | null];

/** A post as the reconciler and the observer know it. */
export function toKnownPost(row: PostRow): KnownPost {
  // safe: written by json_group_array in CLAIMANTS.
  const claimants = JSON.parse(row.claimants) as ClaimantTuple[];
  return {
    id: row.post_id,
    platform: row.platform,
    platformEnabled: row.enabled !== 0,
    platformQuota:
      row.quota_limit === null || row.quota_window_seconds === null
        ? null
        : { limit: row.quota_limit, window_seconds: row.quota_window_seconds },
    externalId: row.external_id,
    nativeId: row.native_id,
    accountId: row.account_id,
    state: row.post_state,
    authorId: row.author_id,
    publishedAt: row.published_at,
    observedAt: row.observed_at,
    observeDueAt: row.observe_due_at,
    metrics: toMetrics(row.known),
    claimantCount: row.claimant_count,
    claimants: claimants.map(
      ([campaignId, affiliateId, trust, everyMinutes, closesAt]): Claimant => ({
        campaignId,
        affiliateId,
        bucket: trustBucket(trust),
        everyMinutes,
        closesAt,
      }),
    ),
  };
}

/** The posts of these ids; an id that names none is left out. */
export async function loadPosts(db: Db, postIds: readonly string[]): Promise<KnownPost[]> {
  const rows = await db.all<PostRow>(sql`
    select ${POST_COLUMNS}, ${CLAIMANTS} as claimants
    from json_each(${JSON.stringify(postIds)}) j cross join posts p on p.id = j.value
      left join platforms pl on pl.platform = p.platform`);
  return rows.map(toKnownPost);
}
