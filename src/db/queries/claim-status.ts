import { type SQL, sql } from "drizzle-orm";
import type { ClaimStatus } from "../../domain/claim-status.ts";
import type { Level, Verdict } from "../../domain/judge.ts";
import type { MissingReason, ReportState, ReportStatus } from "../../domain/open-report.ts";
import type { Platform, PostIdentity } from "../../domain/platform.ts";
import type { SuspicionFlag } from "../../domain/suspicion.ts";
import type { Db } from "../client.ts";
import { toMetrics } from "./known-posts.ts";

/** Which claim: of a report itself, or the latest of a submission or post. */
export type ClaimRef =
  | { of: "report"; reportId: string }
  | { of: "submission"; submissionId: string }
  | { of: "post"; identity: Pick<PostIdentity, "platform" | "externalId"> };

/** An affiliate sees its own claims, an operator everybody's. Who is both sees others' where there is none of their own. */
export type ClaimReader = { affiliateId: string; orOthers: boolean } | "operator";

/** How a claim stands, in one statement; {@link toClaimStatus} reads its rows. */
export function claimStatusStatement(ref: ClaimRef, reader: ClaimReader): SQL {
  // CROSS JOIN fixes the join order whatever SQLite's statistics say.
  return sql`
    select r.report_id, r.submission_id, s.affiliate_id, f.name as affiliate_name, s.campaign_id, c.name as campaign_name,
      r.platform, p.canonical_url, s.title, s.contested, a.claimed_at, a.suspicion_flags, r.learnt_flags, r.state,
      r.status, r.level, r.missing_reason, r.judged_at, r.next_attempt_at, r.put_off_since,
      r.put_off_reason, l.verdict, l.reasons,
      json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares) as claimed
    from submissions s
      cross join affiliate_reports a on a.submission_id = s.id and a.id = ${reportOf(ref)}
      cross join reconciliations r on r.report_id = a.id
      cross join posts p on p.id = s.post_id
      cross join campaigns c on c.id = s.campaign_id
      cross join affiliates f on f.id = s.affiliate_id
      left join reconciliation_logs l on l.report_id = r.report_id and l.n = r.logs
    where s.id = ${submissionOf(ref, reader)}`;
}

function reportOf(ref: ClaimRef): SQL {
  if (ref.of === "report") return sql`${ref.reportId}`;
  return sql`(select max(last.id) from affiliate_reports last where last.submission_id = s.id)`;
}

function submissionOf(ref: ClaimRef, reader: ClaimReader): SQL {
  const anybodys = newest(ref, sql`true`);
  if (reader === "operator") return anybodys;
  const own = newest(ref, sql`affiliate_id = ${reader.affiliateId}`);
  return reader.orOthers ? sql`coalesce(${own}, ${anybodys})` : own;
}

/** One id before anything is joined, however many claim the same post. */
const newest = (ref: ClaimRef, whose: SQL): SQL =>
  sql`(select max(id) from submissions where ${among(ref)} and ${whose})`;

function among(ref: ClaimRef): SQL {
  switch (ref.of) {
    case "report":
      return sql`id = (select submission_id from reconciliations where report_id = ${ref.reportId})`;
    case "submission":
      return sql`id = ${ref.submissionId}`;
    case "post":
      return sql`post_id = (select id from posts
        where platform = ${ref.identity.platform} and external_id = ${ref.identity.externalId})`;
  }
}

interface ClaimStatusRow {
  report_id: string;
  submission_id: string;
  affiliate_id: string;
  affiliate_name: string;
  campaign_id: string;
  campaign_name: string;
  platform: Platform;
  canonical_url: string;
  title: string | null;
  contested: 0 | 1;
  claimed_at: number;
  claimed: string;
  suspicion_flags: string;
  learnt_flags: string;
  state: ReportState;
  status: ReportStatus | null;
  level: Level | null;
  missing_reason: MissingReason | null;
  judged_at: number | null;
  next_attempt_at: number | null;
  put_off_since: number | null;
  put_off_reason: string | null;
  verdict: string | null;
  reasons: string | null;
}

/** The claim of a result of {@link claimStatusStatement}; null if there is none, or it is somebody else's. */
export function toClaimStatus(rows: readonly unknown[]): ClaimStatus | null {
  // safe: the columns of claimStatusStatement.
  const [row] = rows as ClaimStatusRow[];
  if (!row) return null;
  // safe: written by commitRun from a Verdict, and from sentences.
  const verdict = row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict);
  const reasons = row.reasons === null ? [] : (JSON.parse(row.reasons) as string[]);
  return {
    submissionId: row.submission_id,
    reportId: row.report_id,
    affiliateId: row.affiliate_id,
    affiliateName: row.affiliate_name,
    campaignId: row.campaign_id,
    campaignName: row.campaign_name,
    platform: row.platform,
    canonicalUrl: row.canonical_url,
    title: row.title,
    contested: row.contested === 1,
    claimedAt: row.claimed_at,
    claimed: toMetrics(row.claimed),
    // safe: only src/domain/suspicion.ts and the settlement write flags.
    flags: [
      ...new Set([...JSON.parse(row.suspicion_flags), ...JSON.parse(row.learnt_flags)]),
    ] as SuspicionFlag[],
    state: row.state,
    status: row.status,
    level: row.level,
    missingReason: row.missing_reason,
    truth: verdict?.metrics ?? {},
    reasons,
    judgedAt: row.judged_at,
    nextLookAt: row.next_attempt_at,
    putOff:
      row.put_off_since === null ? null : { since: row.put_off_since, reason: row.put_off_reason ?? "" },
  };
}

/** How a claim stands; null if there is none, or it is somebody else's. One round trip. */
export async function readClaimStatus(
  db: Db,
  ref: ClaimRef,
  reader: ClaimReader,
): Promise<ClaimStatus | null> {
  return toClaimStatus(await db.all(claimStatusStatement(ref, reader)));
}
