import { sql } from "drizzle-orm";
import type { Lane } from "../../domain/lane.ts";
import { type Db, runBatch } from "../client.ts";

/** Most reports counted: beyond that the operator needs no number to see that there are many. */
export const DEPTH_CAP = 10_000;

/** What waits in a lane. Each unfinished report is in exactly one of the counts. */
export interface LaneDepth {
  lane: Lane;
  leased: number;
  /** Waiting for a platform that could not be asked. */
  put_off: number;
  /** Since when the longest of them waits, ms UTC. */
  put_off_since: number | null;
  due: number;
  /** Waiting for a later attempt, for a settled number, or for a second look. */
  waiting: number;
}

export interface QueueDepth {
  lanes: LaneDepth[];
  dead: { lane: Lane; dead: number }[];
  /** Whether {@link DEPTH_CAP} was reached, so that more may wait. */
  capped: boolean;
}

/** Counts unfinished reports by lane, those that are due soonest first and at most {@link DEPTH_CAP}. One round trip. */
export async function queueDepth(db: Db, now: number): Promise<QueueDepth> {
  const [lanes, dead] = await runBatch(db, [
    sql`
      select lane, sum(standing = 'leased') as leased, sum(standing = 'put_off') as put_off,
        min(case standing when 'put_off' then put_off_since end) as put_off_since, sum(standing = 'due') as due,
        sum(standing = 'waiting') as waiting
      from (
        select lane, put_off_since, case when lease_until > ${now} then 'leased'
          when put_off_since is not null then 'put_off'
          when next_attempt_at <= ${now} then 'due' else 'waiting' end as standing
        from reconciliations where sweep_at > 0 order by sweep_at limit ${DEPTH_CAP})
      group by lane`,
    sql`
      select r.lane, count(*) as dead
      from (select report_id from dead_letters indexed by dead_letters_open where closed_at is null limit ${DEPTH_CAP}) d
        cross join reconciliations r on r.report_id = d.report_id
      group by r.lane`,
  ]);
  // safe: the columns of the two statements above.
  const depths = lanes as LaneDepth[];
  const counted = depths.reduce((sum, d) => sum + d.leased + d.put_off + d.due + d.waiting, 0);
  return { lanes: depths, dead: dead as QueueDepth["dead"], capped: counted >= DEPTH_CAP };
}
