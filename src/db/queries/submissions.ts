import { type SQL, sql } from "drizzle-orm";
import type { AlertDraft } from "../../domain/alert.ts";
import type { DiscordClaim } from "../../domain/discord-claim.ts";
import type { Lane } from "../../domain/lane.ts";
import { METRICS, type Metric, type Metrics } from "../../domain/metrics.ts";
import type { Platform, PostIdentity } from "../../domain/platform.ts";
import type { SuspicionFlag } from "../../domain/suspicion.ts";
import { DAY_MS } from "../../domain/time.ts";
import { type Db, runBatch } from "../client.ts";
import { onRepeatedCause } from "./alerts-upsert.ts";
import { countedMetricsFor, toCountedMetrics } from "./counted-metrics.ts";

/** A claim as it is written: one immutable affiliate report with its open reconciliation. */
export interface NewReport {
  reportId: string;
  platform: Platform;
  /** When it came in: what a campaign's dates are asked at. Never later than `now`, ms UTC. */
  receivedAt: number;
  claimedAt: number;
  claimed: Metrics;
  /** JSON text, or null. */
  evidence: string | null;
  flags: SuspicionFlag[];
  lane: Lane;
  method: "API" | "DISCORD" | "IMPORT";
  /** Of a claim from Discord. */
  discord: DiscordClaim | null;
  now: number;
  /** When the sweep looks for it if the queue does not deliver, ms UTC. */
  sweepAt: number;
}

export interface NewSubmission extends NewReport {
  submissionId: string;
  /** Used if the post is not known yet. */
  postId: string;
  alertId: string;
  campaignId: string;
  affiliateId: string;
  identity: PostIdentity;
  submittedUrl: string;
  title: string | null;
  description: string | null;
  /** Of the tracked link it is born with. */
  linkCode: string;
}

/** Why a campaign takes a submission or not; null if there is no such campaign. */
export type Admission =
  | "ok"
  | "campaign_not_open"
  | "platform_not_in_campaign"
  | "platform_disabled"
  | "not_invited"
  | null;

export interface SubmissionOutcome {
  /** Only told where no submission is there. */
  admission: Admission;
  postId: string | null;
  /** The affiliate's entry of the post in the campaign: the new one, the first one, or none. */
  submissionId: string | null;
  contested: boolean;
  /** Whether the affiliate has an account on the platform that works. */
  connected: boolean;
  /** What the links of the campaign count; told where any of it is claimed. */
  counted: Metric[];
}

/** Asked in SQL, in the batch that writes, so that no submission slips in while a campaign closes. */
function admissionOf({ campaignId, affiliateId, identity, receivedAt }: NewSubmission): SQL {
  return sql`(
    select case
      when c.access = 'invite' and not exists (select 1 from campaign_affiliates i
        where i.campaign_id = c.id and i.affiliate_id = ${affiliateId}) then 'not_invited'
      when c.status <> 'ACTIVE' or c.starts_at > ${receivedAt} or c.ends_at <= ${receivedAt} then 'campaign_not_open'
      when not exists (select 1 from campaign_platforms cp
        where cp.campaign_id = c.id and cp.platform = ${identity.platform}) then 'platform_not_in_campaign'
      when exists (select 1 from platforms pl where pl.platform = ${identity.platform} and pl.enabled = 0)
        then 'platform_disabled'
      else 'ok' end
    from campaigns c where c.id = ${campaignId})`;
}

/**
 * Stores a submission with its first report: one D1 batch, in which SQL decides admission, duplicate and contest, so
 * that racing submissions of one post need no lock. Refused or duplicate, nothing is written.
 */
export async function insertSubmission(db: Db, entry: NewSubmission): Promise<SubmissionOutcome> {
  const { identity } = entry;
  const admission = admissionOf(entry);
  const results = await runBatch(db, [
    sql`
        insert into posts (id, platform, external_id, canonical_url, claimants, created_at)
        select ${entry.postId}, ${identity.platform}, ${identity.externalId}, ${identity.canonicalUrl}, 1, ${entry.now}
        where ${admission} = 'ok' on conflict (platform, external_id) do update set claimants = claimants + 1
        where not exists (select 1 from submissions o where o.post_id = posts.id
          and o.campaign_id = ${entry.campaignId} and o.affiliate_id = ${entry.affiliateId})`,
    sql`
        insert into submissions (id, post_id, campaign_id, affiliate_id, submitted_url, title, description, contested,
          counted, base_observed_at, created_at)
        select ${entry.submissionId}, p.id, ${entry.campaignId}, ${entry.affiliateId}, ${entry.submittedUrl},
          ${entry.title}, ${entry.description},
          exists (select 1 from submissions o where o.post_id = p.id and o.affiliate_id <> ${entry.affiliateId}),
          not exists (select 1 from submissions o where o.post_id = p.id and o.campaign_id = ${entry.campaignId}),
          p.observed_at, ${entry.now}
        from posts p
        where p.platform = ${identity.platform} and p.external_id = ${identity.externalId} and ${admission} = 'ok'
        on conflict (post_id, campaign_id, affiliate_id) do nothing`,
    sql`
        update submissions set contested = 1
        where post_id = (select post_id from submissions where id = ${entry.submissionId} and contested = 1)
          and affiliate_id <> ${entry.affiliateId} and contested = 0`,
    insertReport(entry.submissionId, entry),
    insertReconciliation(entry.submissionId, entry),
    countReport(entry.submissionId, 1),
    countKnownNumbers(entry.submissionId),
    raiseContest(entry),
    ...insertDiscordClaim(entry),
    insertOwnLink(entry),
    sql`
        select case when s.id is null then ${admission} end as admission, p.id as post_id, s.id as submission_id, s.contested,
          exists (select 1 from connected_accounts ca where ca.affiliate_id = ${entry.affiliateId}
            and ca.platform = ${identity.platform} and ca.state = 'active') as connected,
          ${countedMetricsFor(entry)} as counted
        from (select 1) one
          left join posts p on p.platform = ${identity.platform} and p.external_id = ${identity.externalId}
          left join submissions s on s.post_id = p.id and s.campaign_id = ${entry.campaignId}
            and s.affiliate_id = ${entry.affiliateId}`,
  ]);
  // safe: the last statement selects these columns of its one row.
  const [row] = results.at(-1) as OutcomeRow[];
  return {
    admission: row?.admission ?? null,
    postId: row?.post_id ?? null,
    submissionId: row?.submission_id ?? null,
    contested: row?.contested === 1,
    connected: row?.connected === 1,
    counted: toCountedMetrics(row?.counted ?? null),
  };
}

/** The link that a submission is born with. */
function insertOwnLink({ submissionId, linkCode, now }: NewSubmission): SQL {
  return sql`
    insert into tracked_links (code, campaign_id, affiliate_id, submission_id, attached_at, own, created_at)
    select ${linkCode}, campaign_id, affiliate_id, id, ${now}, 1, ${now} from submissions where id = ${submissionId}`;
}

interface OutcomeRow {
  admission: Admission;
  post_id: string | null;
  submission_id: string | null;
  contested: number | null;
  connected: number;
  counted: string | null;
}

const METRIC_LIST = sql.raw(METRICS.join(", "));

/** The report of a submission that exists; nothing if it does not. */
export function insertReport(submissionId: string, report: NewReport): SQL {
  const counts = METRICS.map((metric) => sql`${report.claimed[metric]}`);
  return sql`
    insert into affiliate_reports (submission_id, id, claimed_at, ${METRIC_LIST}, evidence, suspicion_flags, method, created_at)
    select id, ${report.reportId}, ${report.claimedAt}, ${sql.join(counts, sql`, `)}, ${report.evidence},
      ${JSON.stringify(report.flags)}, ${report.method}, ${report.now}
    from submissions where id = ${submissionId}`;
}

/** Its open reconciliation: due at once, and the sweep's if the queue does not deliver it. */
export function insertReconciliation(submissionId: string, report: NewReport): SQL {
  return sql`
    insert into reconciliations (report_id, submission_id, post_id, campaign_id, affiliate_id, platform, lane,
      next_attempt_at, sweep_at, created_at)
    select ${report.reportId}, s.id, s.post_id, s.campaign_id, s.affiliate_id, ${report.platform}, ${report.lane},
      ${report.now}, ${report.sweepAt}, ${report.now}
    from submissions s where s.id = ${submissionId}`;
}

/**
 * How whoever sent a report from Discord is told its verdict; nothing if the report was not stored. An interaction makes
 * one report: a second one is refused with its whole batch.
 */
export function insertDiscordClaim({ reportId, discord }: NewReport): SQL[] {
  if (discord === null) return [];
  const { interactionId, token, tokenExpiresAt } = discord;
  return [
    sql`
      insert into discord_claims (report_id, interaction_id, token, token_expires_at)
      select report_id, ${interactionId}, ${token}, ${tokenExpiresAt}
      from reconciliations where report_id = ${reportId}`,
  ];
}

/** Counts a report, and the submission if it is new, in the campaign's total. */
export function countReport(submissionId: string, newSubmissions: 0 | 1): SQL {
  return sql`
    insert into rollups (campaign_id, affiliate_id, day, platform, submissions, reports)
    select campaign_id, '', 0, '', ${newSubmissions}, 1 from submissions where id = ${submissionId}
    on conflict (campaign_id, affiliate_id, day, platform) do update set
      submissions = submissions + excluded.submissions, reports = reports + excluded.reports`;
}

// A post that was already observed brings its numbers along into a campaign that did not have it.
// (The plus keeps SQLite from searching the whole campaign by id instead of the claims of the one post.)
function countKnownNumbers(submissionId: string): SQL {
  const known = METRICS.map((metric) => `known_${metric}`);
  const columns = sql.raw([...METRICS, ...known].join(", "));
  const values = sql.raw(
    [...METRICS.map((m) => `coalesce(p.${m}, 0)`), ...METRICS.map((m) => `p.${m} is not null`)].join(", "),
  );
  const sums = sql.raw(
    [...METRICS, ...known].map((column) => `${column} = ${column} + excluded.${column}`).join(", "),
  );
  return sql`
    insert into rollups (campaign_id, affiliate_id, day, platform, posts, ${columns})
    select s.campaign_id, case g.value when 'affiliate' then s.affiliate_id else '' end,
      case g.value when 'day' then p.observed_at / ${sql.raw(String(DAY_MS))} else 0 end,
      case when g.value in ('day', 'platform') then p.platform else '' end, 1, ${values}
    from submissions s cross join posts p on p.id = s.post_id
      cross join json_each('["total","platform","day","affiliate"]') g
    where s.id = ${submissionId} and p.observed_at is not null and not exists (select 1 from submissions o
      where o.post_id = s.post_id and o.campaign_id = s.campaign_id and +o.id < s.id)
    on conflict (campaign_id, affiliate_id, day, platform) do update set posts = posts + 1, ${sums}`;
}

/** Two affiliates claim one post: both are accepted, and somebody has to look. */
const CONTEST: Pick<AlertDraft, "category" | "severity" | "title" | "message"> = {
  category: "FRAUD",
  severity: "MEDIUM",
  title: "Two affiliates claim one post",
  message: "The post counts for whoever submitted it first until the contest is decided.",
};

function raiseContest(entry: NewSubmission): SQL {
  return sql`
    insert into alerts (id, cause, category, severity, title, message, advertiser_id, campaign_id, affiliate_id,
      post_id, report_id, platform, first_seen_at, last_seen_at)
    select ${entry.alertId}, 'contested:' || s.post_id, ${CONTEST.category}, ${CONTEST.severity}, ${CONTEST.title},
      ${CONTEST.message}, c.advertiser_id, c.id, s.affiliate_id, s.post_id, ${entry.reportId},
      ${entry.identity.platform}, ${entry.now}, ${entry.now}
    from submissions s cross join campaigns c on c.id = s.campaign_id
    where s.id = ${entry.submissionId} and s.contested = 1
    ${onRepeatedCause(0)}`;
}
