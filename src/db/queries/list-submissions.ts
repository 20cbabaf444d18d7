import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { Platform } from "../../domain/platform.ts";
import type { Direction } from "../../domain/verdict.ts";
import { type Db, runBatch } from "../client.ts";
import { type ScannedPage, scan, scopeOf, toScannedPage } from "./bounded-scan.ts";

/** A submission with its post's identity and how its latest report stands. */
export interface SubmissionRow {
  id: string;
  campaign_id: string;
  affiliate_id: string;
  post_id: string;
  platform: Platform;
  external_id: string;
  canonical_url: string;
  submitted_url: string;
  title: string | null;
  description: string | null;
  contested: 0 | 1;
  created_at: number;
  report_id: string;
  claimed_at: number;
  /** JSON arrays. */
  claimed: string;
  suspicion_flags: string;
  state: "open" | "provisional" | "final" | "dead";
  status: string | null;
  level: string | null;
  /** Which way the claim is off, by the metric that decided. */
  direction: Direction | null;
  next_attempt_at: number | null;
}

export const SUBMISSION_COLUMNS = sql`
  t.id, t.campaign_id, t.affiliate_id, t.post_id, p.platform, p.external_id, p.canonical_url, t.submitted_url, t.title,
  t.description, t.contested, t.created_at, r.report_id, a.claimed_at,
  json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares) as claimed, a.suspicion_flags, r.state,
  r.status, r.level, r.direction, r.next_attempt_at`;

/** Post, latest report and its reconciliation of each submission `t`. */
export const WITH_LATEST_REPORT = sql`
  cross join posts p on p.id = t.post_id
  cross join affiliate_reports a on a.submission_id = t.id
    and a.id = (select max(last.id) from affiliate_reports last where last.submission_id = t.id)
  cross join reconciliations r on r.report_id = a.id`;

export interface SubmissionFilters {
  campaignId: string | null;
  affiliateId: string | null;
  platform: string | null;
  /** Of the latest report; `PENDING` is one without a verdict. */
  status: string | null;
}

/** A status as the wire names it, as a filter of its column; null filters nothing. */
export function statusFilter(column: SQL, status: string | null): SQL[] {
  if (status === null) return [];
  return [status === "PENDING" ? sql`${column} is null` : sql`${column} = ${status}`];
}

/** The submissions an actor may see, newest first. One round trip. */
export async function listSubmissions(
  db: Db,
  actor: Actor,
  filters: SubmissionFilters,
  page: { before: string | null; limit: number },
): Promise<ScannedPage<SubmissionRow>> {
  const { scope, rest } = scopeOf(actor, filters);
  const platform = filters.platform === null ? [] : [sql`p.platform = ${filters.platform}`];
  const { from, where, order, floor } = scan({ table: "submissions", key: "id" }, scope, {
    ...page,
    filters: [...rest, ...platform, ...statusFilter(sql`r.status`, filters.status)],
  });
  const results = await runBatch(db, [
    sql`select ${SUBMISSION_COLUMNS} from ${from} ${WITH_LATEST_REPORT}
      where ${where} order by ${order} limit ${page.limit + 1}`,
    sql`select ${floor} as id`,
  ]);
  return toScannedPage<SubmissionRow>(results);
}
