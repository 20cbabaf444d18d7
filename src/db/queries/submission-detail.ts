import { type SQL, sql } from "drizzle-orm";
import type { MetricSource } from "../../domain/metric-source.ts";
import { METRICS } from "../../domain/metrics.ts";
import { type Db, runBatch } from "../client.ts";
import { SUBMISSION_COLUMNS, type SubmissionRow, WITH_LATEST_REPORT } from "./list-submissions.ts";
import { type SubmissionLinkRow, submissionLinks } from "./submission-links.ts";
import { LANDING_FROM } from "./tracked-counts.ts";

/** A submission with all that its owner, its campaign's advertiser and an admin may see of it. */
export interface SubmissionDetailRow extends SubmissionRow {
  advertiser_id: string;
  post_state: "unknown" | "live" | "gone" | "private";
  author_id: string | null;
  author_name: string | null;
  published_at: number | null;
  observed_at: number | null;
  /** JSON array of the post's last known counts. */
  known: string;
  evidence: string | null;
  method: "API" | "DISCORD" | "IMPORT";
  reported_at: number;
  currency: string | null;
  conversions_from: number | null;
  /** Since when links of the campaign lead somewhere, ms UTC; null while they do not. */
  landing_from: number | null;
}

/**
 * The submission with its links, or null: one round trip, and a row a link and day of traffic. Who may see it is the
 * caller's to decide: see `owns`.
 */
export async function findSubmission(
  db: Db,
  id: string,
): Promise<{ submission: SubmissionDetailRow; links: SubmissionLinkRow[] } | null> {
  const [submissions, links] = await runBatch(db, [
    sql`
    select ${SUBMISSION_COLUMNS}, c.advertiser_id, c.currency, c.conversions_from, ${LANDING_FROM} as landing_from,
      p.state as post_state, p.author_id, p.author_name, p.published_at, p.observed_at,
      json_array(p.views, p.clicks, p.conversions, p.likes, p.comments, p.shares) as known, a.evidence, a.method,
      a.created_at as reported_at
    from submissions t cross join campaigns c on c.id = t.campaign_id ${WITH_LATEST_REPORT}
    where t.id = ${id}`,
    submissionLinks(id),
  ]);
  // safe: the columns of the two statements above.
  const [submission] = submissions as SubmissionDetailRow[];
  return submission ? { submission, links: links as SubmissionLinkRow[] } : null;
}

export interface SubmissionOwners {
  affiliate_id: string;
  advertiser_id: string;
  /** Whether the numbers of the post may be shown to the two. */
  sees: 0 | 1;
}

export interface ClaimRow {
  report_id: string;
  claimed_at: number;
  claimed: string;
  suspicion_flags: string;
  created_at: number;
  state: SubmissionRow["state"];
  status: string | null;
}

export interface ObservationRow {
  source: MetricSource;
  observed_at: number;
  metrics: string;
  definition_version: string;
}

export interface VerdictRow {
  report_id: string;
  n: number;
  at: number;
  status: string;
  level: string | null;
  direction: string | null;
  final: 0 | 1;
}

/** How a submission's numbers went, each part newest first and at most `limit` long. */
export interface SubmissionHistory {
  owners: SubmissionOwners | null;
  claims: ClaimRow[];
  observations: ObservationRow[];
  /** By claim, newest first, then by look. */
  verdicts: VerdictRow[];
}

/** What is known of a submission's numbers, newest first: one seek a source, and one a verdict for what its links counted. */
function observationsOf(id: string, limit: number): SQL {
  const metrics = (of: string) =>
    sql.raw(`json_array(${METRICS.map((metric) => `${of}${metric}`).join(", ")}) as metrics`);
  return sql`
    select * from (
      select o.source, o.observed_at, ${metrics("o.")}, o.definition_version
      from platform_reports o
      where o.post_id = (select post_id from submissions where id = ${id}) and o.source = 'platform_api'
      order by o.observed_at desc limit ${limit})
    union all select * from (
      select 'advertiser', v.observed_at, ${metrics("v.")}, 'advertiser'
      from advertiser_observations v where v.submission_id = ${id} order by v.observed_at desc limit ${limit})
    union all select * from (
      select 'tracking_link', o.value ->> '$.at',
        json_array(null, max(o.value ->> '$.metrics.clicks'), max(o.value ->> '$.metrics.conversions'), null, null, null),
        o.value ->> '$.definitionVersion'
      from (
        select l.observations from affiliate_reports a cross join reconciliation_logs l on l.report_id = a.id
        where a.submission_id = ${id} order by a.id desc, l.n desc limit ${limit}) judged
        cross join json_each(judged.observations) o
      where o.value ->> '$.source' = 'tracking_link'
      group by o.value ->> '$.at', o.value ->> '$.definitionVersion')
    order by observed_at desc limit ${limit}`;
}

/** Claims, observations and verdicts of a submission in one round trip; all empty if there is none. */
export async function submissionHistory(db: Db, id: string, limit: number): Promise<SubmissionHistory> {
  const [owners, claims, observations, verdicts] = await runBatch(db, [
    sql`
      select s.affiliate_id, c.advertiser_id, p.account_id is null or exists (select 1 from connected_accounts ca
        where ca.id = p.account_id and ca.affiliate_id = s.affiliate_id) as sees
      from submissions s cross join campaigns c on c.id = s.campaign_id cross join posts p on p.id = s.post_id
      where s.id = ${id}`,
    sql`
      select a.id as report_id, a.claimed_at, a.suspicion_flags, a.created_at, r.state, r.status,
        json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares) as claimed
      from affiliate_reports a cross join reconciliations r on r.report_id = a.id
      where a.submission_id = ${id} order by a.id desc limit ${limit}`,
    observationsOf(id, limit),
    sql`
      select l.report_id, l.n, l.at, l.status, l.level, l.direction, l.final
      from affiliate_reports a cross join reconciliation_logs l on l.report_id = a.id
      where a.submission_id = ${id} order by a.id desc, l.n desc limit ${limit}`,
  ]);
  // safe: the columns of the four statements above.
  const [owner] = owners as SubmissionOwners[];
  return {
    owners: owner ?? null,
    claims: claims as ClaimRow[],
    // Numbers that an owner's grant showed are the owner's, whoever else claims the post.
    observations: (observations as ObservationRow[]).filter(
      ({ source }) => source !== "platform_api" || owner?.sees === 1,
    ),
    verdicts: verdicts as VerdictRow[],
  };
}
