import { type SQL, sql } from "drizzle-orm";
import type { AdvertiserObservation } from "../../domain/advertiser-observation.ts";
import { METRICS, type Metric, type Metrics } from "../../domain/metrics.ts";
import type { PostIdentity } from "../../domain/platform.ts";
import { type Db, runBatch } from "../client.ts";

/** Submissions of one post that are looked for: enough to name the choice. */
const CHOICES = 6;

/** The submissions of a campaign that are named by their ids, and those of each post. One round trip. */
export async function findNamedSubmissions(
  db: Db,
  campaignId: string,
  { ids, posts }: { ids: readonly string[]; posts: readonly PostIdentity[] },
): Promise<{ known: Set<string>; ofPosts: string[][] }> {
  const identities = posts.map(({ platform, externalId }) => [platform, externalId]);
  const [known, ofPosts] = await runBatch(db, [
    sql`
      select s.id from json_each(${JSON.stringify(ids)}) j cross join submissions s on s.id = j.value
      where s.campaign_id = ${campaignId}`,
    sql`
      select (select json_group_array(id) from (
        select s.id from posts p cross join submissions s on s.post_id = p.id and s.campaign_id = ${campaignId}
        where p.platform = j.value ->> 0 and p.external_id = j.value ->> 1 limit ${CHOICES})) as ids
      from json_each(${JSON.stringify(identities)}) j order by j.key`,
  ]);
  return {
    // safe: each statement selects one column, id and a JSON array of ids.
    known: new Set((known as { id: string }[]).map(({ id }) => id)),
    ofPosts: (ofPosts as { ids: string }[]).map(({ ids: found }) => JSON.parse(found) as string[]),
  };
}

/** An observation as it is stored, and whether this write stored it. */
export interface StoredObservation extends AdvertiserObservation {
  isNew: boolean;
}

const METRIC_COLUMNS = sql.raw(METRICS.join(", "));

/** The element of a JSON array `j` for each metric, from an index on. */
const metricValues = (from: number): SQL =>
  sql.raw(METRICS.map((_, i) => `value ->> ${from + i}`).join(", "));

/**
 * Stores observations whose instant has none yet, and answers what is stored for each of them now. One round trip.
 *
 * @param observations each of another submission or instant
 */
export async function storeObservations(
  db: Db,
  observations: readonly AdvertiserObservation[],
  { recordedBy, now }: { recordedBy: string; now: number },
): Promise<StoredObservation[]> {
  if (observations.length === 0) return [];
  const rows = JSON.stringify(
    observations.map(({ submissionId, observedAt, metrics, note }) => [
      submissionId,
      observedAt,
      ...METRICS.map((metric) => metrics[metric]),
      note,
    ]),
  );
  const [added, stored] = await runBatch(db, [
    sql`
      insert into advertiser_observations
        (submission_id, observed_at, ${METRIC_COLUMNS}, note, recorded_by, created_at)
      select value ->> 0, value ->> 1, ${metricValues(2)}, value ->> ${sql.raw(String(2 + METRICS.length))},
        ${recordedBy}, ${now}
      from json_each(${rows}) where true on conflict do nothing
      returning submission_id, observed_at`,
    sql`
      select o.submission_id, o.observed_at, ${METRIC_COLUMNS}, o.note
      from json_each(${rows}) j cross join advertiser_observations o
        on o.submission_id = j.value ->> 0 and o.observed_at = j.value ->> 1`,
  ]);
  // safe: the columns just named.
  const fresh = new Set((added as ObservationRow[]).map(keyOf));
  return (stored as ObservationRow[]).map((row) => ({
    submissionId: row.submission_id,
    observedAt: row.observed_at,
    // safe: the row has a column for each metric.
    metrics: Object.fromEntries(METRICS.map((metric) => [metric, row[metric]])) as Metrics,
    note: row.note,
    isNew: fresh.has(keyOf(row)),
  }));
}

type ObservationRow = Metrics & { submission_id: string; observed_at: number; note: string | null };

const keyOf = (row: ObservationRow) => `${row.submission_id} ${row.observed_at}`;

/** Until when a submission has numbers of its advertiser, by metric, ms UTC; null or absent for a metric without. */
export interface MeasuredUntil {
  submissionId: string;
  until: Partial<Record<Metric, number | null>>;
}

/**
 * The reports that lack a metric there is a number for now, one that was measured at or after the claim: those whose last
 * verdict is final without it, and those that are being judged at the moment. The latter lose their lease here, in the
 * same batch, so that no run commits what it read before. Oldest first, at most `limit` of either kind. One round trip.
 */
export async function reportsLacking(
  db: Db,
  measured: readonly MeasuredUntil[],
  limit: number,
): Promise<string[]> {
  const rows = JSON.stringify(
    measured.map(({ submissionId, until }) => [
      submissionId,
      ...METRICS.map((metric) => until[metric] ?? null),
    ]),
  );
  const claims = sql`
    json_each(${rows}) j
    cross join affiliate_reports a on a.submission_id = j.value ->> 0
    cross join reconciliations t on t.report_id = a.id`;
  const found = await runBatch(db, [
    sql`
      select t.report_id as id
      from ${claims} cross join reconciliation_logs l on l.report_id = t.report_id and l.n = t.logs
      where t.state = 'final' and l.outcome = 'judged' and (${anyMetric(isMeasuredAndLacking)})
      order by t.report_id limit ${limit}`,
    sql`
      update reconciliations set lease_run = null, lease_until = 0
      where report_id in (
        select t.report_id from ${claims} where t.lease_run is not null and (${anyMetric(isMeasured)})
        order by t.report_id limit ${limit})
      returning report_id as id`,
  ]);
  // safe: both statements return one column, id.
  return (found.flat() as { id: string }[]).map(({ id }) => id).toSorted();
}

/** Whether a metric of a claim was measured at or after it; `i` is the metric's place among all. */
const isMeasured = (metric: Metric, i: number): string =>
  `a.${metric} is not null and a.claimed_at <= j.value ->> ${i + 1}`;

const isMeasuredAndLacking = (metric: Metric, i: number): string =>
  `${isMeasured(metric, i)} and l.verdict -> '$.metrics.${metric}' is null`;

const anyMetric = (condition: (metric: Metric, i: number) => string): SQL =>
  sql.raw(METRICS.map((metric, i) => `(${condition(metric, i)})`).join(" or "));
