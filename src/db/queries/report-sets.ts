import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

/** What a manual run can be asked for: one report, or all reports of something. */
export interface ReportSet {
  of: "report" | "submission" | "post" | "campaign" | "affiliate";
  id: string;
}

/** Part of a set, oldest first. */
export interface ReportWindow {
  /** Whether there is such a report, submission, post, campaign or affiliate. */
  known: boolean;
  reportIds: string[];
  /** The last report of the window if more follow; null at the end of the set. */
  next: string | null;
}

const OWNER_TABLES = {
  report: "reconciliations",
  submission: "submissions",
  post: "posts",
  campaign: "campaigns",
  affiliate: "affiliates",
} as const;

/** Report ids of the set as `id`, by the index that knows them. */
function reportsOf({ of, id }: ReportSet): SQL {
  switch (of) {
    case "report":
      return sql`select report_id as id from reconciliations where report_id = ${id}`;
    case "submission":
      return sql`select id from affiliate_reports where submission_id = ${id}`;
    case "post":
      return sql`
        select a.id from submissions s cross join affiliate_reports a on a.submission_id = s.id where s.post_id = ${id}`;
    case "campaign":
      return sql`select report_id as id from reconciliations where campaign_id = ${id}`;
    case "affiliate":
      return sql`select report_id as id from reconciliations where affiliate_id = ${id}`;
  }
}

const keyOf = ({ of }: ReportSet) => sql.raw(of === "report" ? "report_id" : "id");

/** Whether there is what the set is of. */
function isKnown(set: ReportSet): SQL {
  const table = sql.raw(OWNER_TABLES[set.of]);
  return sql`select exists (select 1 from ${table} where ${keyOf(set)} = ${set.id}) as known`;
}

/** The next reports of a set after a report id, whatever their state. One round trip. */
export async function reportWindow(
  db: Db,
  set: ReportSet,
  { after, limit }: { after: string | null; limit: number },
): Promise<ReportWindow> {
  const [known, rows] = await runBatch(db, [
    isKnown(set),
    sql`select id from (${reportsOf(set)}) where id > ${after ?? ""} order by id limit ${limit + 1}`,
  ]);
  // safe: the first statement selects one column, known; the second one, id.
  const ids = (rows as { id: string }[]).map(({ id }) => id);
  const reportIds = ids.slice(0, limit);
  return {
    known: (known as { known: 0 | 1 }[])[0]?.known === 1,
    reportIds,
    next: ids.length > limit ? (reportIds.at(-1) ?? null) : null,
  };
}

/** Whether there is such an affiliate. */
export async function affiliateExists(db: Db, affiliateId: string): Promise<boolean> {
  const [row] = await db.all<{ known: 0 | 1 }>(isKnown({ of: "affiliate", id: affiliateId }));
  return row?.known === 1;
}
