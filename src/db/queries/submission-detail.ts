import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { SUBMISSION_COLUMNS, type SubmissionRow, WITH_LATEST_REPORT } from "./list-submissions.ts";

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
}

/** The submission, or null. Who may see it is the caller's to decide: see `owns`. */
export async function findSubmission(db: Db, id: string): Promise<SubmissionDetailRow | null> {
  const [row] = await db.all<SubmissionDetailRow>(sql`
    select ${SUBMISSION_COLUMNS}, c.advertiser_id, p.state as post_state, p.author_id, p.author_name, p.published_at,
      p.observed_at, json_array(p.views, p.clicks, p.conversions, p.likes, p.comments, p.shares) as known, a.evidence,
      a.method, a.created_at as reported_at
    from submissions t cross join campaigns c on c.id = t.campaign_id ${WITH_LATEST_REPORT}
    where t.id = ${id}`);
  return row ?? null;
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
  source: "platform_api" | "tracking_link" | "advertiser";
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

const SOURCES = ["platform_api", "tracking_link", "advertiser"];

/** Claims, observations and verdicts of a submission in one round trip; all empty if there is none. */
export async function submissionHistory(db: Db, id: string, limit: number): Promise<SubmissionHistory> {
  // One seek a source: the key of the observations goes by source before time.
  const bySource = SOURCES.map(
    (source) => sql`
      select * from (
        select source, observed_at, json_array(views, clicks, conversions, likes, comments, shares) as metrics,
          definition_version
        from platform_reports
        where post_id = (select post_id from submissions where id = ${id}) and source = ${source}
        order by observed_at desc limit ${limit})`,
  );
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
    sql`${sql.join(bySource, sql` union all `)} order by observed_at desc limit ${limit}`,
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
    observations: owner?.sees === 1 ? (observations as ObservationRow[]) : [],
    verdicts: verdicts as VerdictRow[],
  };
}
