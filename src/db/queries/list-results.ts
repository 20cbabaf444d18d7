import { sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { Platform } from "../../domain/platform.ts";
import { type Db, runBatch } from "../client.ts";
import { type ScannedPage, scan, scopeOf, toScannedPage } from "./bounded-scan.ts";
import { statusFilter } from "./list-submissions.ts";

/** How one report stands, with what its last look judged. */
export interface ResultRow {
  report_id: string;
  submission_id: string;
  campaign_id: string;
  affiliate_id: string;
  platform: Platform;
  state: "open" | "provisional" | "final" | "dead";
  status: string | null;
  level: string | null;
  direction: string | null;
  missing_reason: string | null;
  /** JSON array. */
  learnt_flags: string;
  attempts: number;
  judged_at: number | null;
  claimed_at: number;
  /** Of the last look; null if it judged nothing. */
  confidence: number | null;
  /** JSON: the judged metrics of the last look. */
  metrics: string | null;
}

/** `t` is the reconciliation, `a` its claim, `l` its last log line. */
const RESULT_COLUMNS = sql`
  t.report_id, t.submission_id, t.campaign_id, t.affiliate_id, t.platform, t.state, t.status, t.level, t.direction,
  t.missing_reason, t.learnt_flags, t.attempts, t.judged_at, a.claimed_at, l.verdict ->> '$.confidence' as confidence,
  l.verdict -> '$.metrics' as metrics`;

export interface ResultFilters {
  campaignId: string | null;
  affiliateId: string | null;
  /** `PENDING` is a report without a verdict. */
  status: string | null;
  level: string | null;
  state: string | null;
  platform: string | null;
}

/** The reports an actor may see with their verdicts, newest first. One round trip. */
export async function listResults(
  db: Db,
  actor: Actor,
  filters: ResultFilters,
  page: { before: string | null; limit: number },
): Promise<ScannedPage<ResultRow>> {
  const { scope, rest } = scopeOf(actor, filters);
  const equal = (["level", "state", "platform"] as const).flatMap((column) => {
    const value = filters[column];
    return value === null ? [] : [sql`t.${sql.raw(column)} = ${value}`];
  });
  const { from, where, order, floor } = scan({ table: "reconciliations", key: "report_id" }, scope, {
    ...page,
    filters: [...rest, ...equal, ...statusFilter(sql`t.status`, filters.status)],
  });
  const results = await runBatch(db, [
    sql`
      select ${RESULT_COLUMNS} from ${from}
        cross join affiliate_reports a on a.submission_id = t.submission_id and a.id = t.report_id
        left join reconciliation_logs l on l.report_id = t.report_id and l.n = t.logs
      where ${where} order by ${order} limit ${page.limit + 1}`,
    sql`select ${floor} as id`,
  ]);
  return toScannedPage<ResultRow>(results);
}
