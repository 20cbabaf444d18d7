import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

/** What became known late of some links. */
export interface LateEvents {
  metric: "clicks" | "conversions";
  /** The earliest late event of each link, ms UTC. */
  events: readonly { link: string; at: number }[];
  /** Whether counts fell, so that a claim which was not above them may be now. */
  takenBack: boolean;
}

/**
 * The reports whose verdict may be another by what became known late: those of the links' submissions that claim the
 * metric at or after the event, and were judged finally (above the truth, unless counts fell) or are being judged at the
 * moment. The latter lose their lease here, in the same batch, so that no run commits what it read before. Oldest first,
 * at most `limit` of either kind. One round trip.
 */
export async function lateReports(db: Db, late: LateEvents, limit: number): Promise<string[]> {
  const found = await runBatch(db, [judgedReports(late, limit), takeLeases(late, limit)]);
  // safe: both statements return one column, id.
  const ids = (found.flat() as { id: string }[]).map(({ id }) => id);
  return [...new Set(ids)].toSorted();
}

/** The tables a report is looked up in by the link of each event: its claim as a, where it stands as t. */
const claimsOf = ({ events }: LateEvents): SQL => sql`
  json_each(${JSON.stringify(events.map(({ link, at }) => [link, at]))}) j
  cross join tracked_links k on k.code = j.value ->> 0
  cross join affiliate_reports a on a.submission_id = k.submission_id
  cross join reconciliations t on t.report_id = a.id`;

const isConcerned = ({ metric }: LateEvents): SQL =>
  sql`a.${sql.raw(metric)} is not null and a.claimed_at >= j.value ->> 1`;

// A report of a suspended affiliate would be skipped, and its verdict with it.
function judgedReports(late: LateEvents, limit: number): SQL {
  const mayChange = late.takenBack ? sql`true` : sql`t.direction = 'over' and t.level is not null`;
  return sql`
    select distinct t.report_id as id
    from ${claimsOf(late)}
      cross join reconciliation_logs l on l.report_id = t.report_id and l.n = t.logs
      cross join affiliates f on f.id = t.affiliate_id
    where ${isConcerned(late)} and t.state = 'final' and ${mayChange} and l.outcome = 'judged' and f.status = 'active'
    order by t.report_id limit ${limit}`;
}

// A lease that ran out counts too: its run may still be under way.
function takeLeases(late: LateEvents, limit: number): SQL {
  return sql`
    update reconciliations set lease_run = null, lease_until = 0
    where report_id in (
      select distinct t.report_id from ${claimsOf(late)}
      where ${isConcerned(late)} and t.lease_run is not null order by t.report_id limit ${limit})
    returning report_id as id`;
}
