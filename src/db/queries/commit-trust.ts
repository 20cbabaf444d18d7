import { type SQL, sql } from "drizzle-orm";
import type { CommitPlan } from "../../domain/commit-plan.ts";
import { BUCKET_BOUNDS, type ClampedSum, MAX_TRUST } from "../../domain/trust.ts";
import type { Ids } from "../../lib/ids.ts";
import { onRepeatedCause } from "./alerts-upsert.ts";

/** What the statements need beside the plan. */
interface TrustCommit {
  ids: Ids;
  now: number;
}

/** `ClampedSum` of the three values from `first` on, applied to the affiliate's score: see applyTo in domain/trust.ts. */
function appliedTo(score: SQL, first: number): SQL {
  const [sum, low, high] = [0, 1, 2].map((i) => sql.raw(`(j.value ->> ${first + i})`));
  return sql`min(${high}, max(${low}, ${score} + ${sum}))`;
}

const clampedValues = ({ sum, low, high }: ClampedSum) => [sum, low, high];

export function insertTrustEvents(plan: CommitPlan, { ids, now }: TrustCommit): SQL {
  const rows = plan.trust.map(({ report, line, before, after }) => [
    report.affiliateId,
    ids("tev"),
    report.reportId,
    report.submissionId,
    line.cause,
    line.kind,
    line.rewardDay,
    line.asked,
    ...clampedValues(before),
    ...clampedValues(after),
  ]);
  const score = sql`f.trust`;
  return sql`
    insert into trust_events (affiliate_id, id, report_id, submission_id, cause, kind, reward_day, asked, delta, score_after, created_at)
    select f.id, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
      j.value ->> 7, ${appliedTo(score, 11)} - ${appliedTo(score, 8)}, ${appliedTo(score, 11)}, ${now}
    from json_each(${JSON.stringify(rows)}) j cross join affiliates f on f.id = j.value ->> 0`;
}

const affiliateRows = (plan: CommitPlan, ids?: Ids): string =>
  JSON.stringify(
    plan.affiliates.map(({ affiliateId, trust, total, accurate }) => [
      affiliateId,
      ...clampedValues(trust),
      total,
      accurate,
      ids?.("alr") ?? null,
    ]),
  );

/** 0 critical, 1 low, 2 normal, 3 high. */
function bucketRank(score: SQL): SQL {
  const above = (bound: number) => sql`(${score} >= ${sql.raw(String(bound))})`;
  return sql`(${above(BUCKET_BOUNDS.low)} + ${above(BUCKET_BOUNDS.normal)} + ${above(BUCKET_BOUNDS.high)})`;
}

const bucketName = (score: SQL): SQL =>
  sql`case ${bucketRank(score)} when 0 then 'critical' when 1 then 'low' when 2 then 'normal' else 'high' end`;

// These two read the score before updateAffiliates moves it, so they stand before it in the batch.
export function raiseBucketAlerts(plan: CommitPlan, { ids, now }: TrustCommit): SQL {
  const after = appliedTo(sql`f.trust`, 1);
  const one = sql.raw(`${MAX_TRUST}.0`);
  return sql`
    insert into alerts (id, cause, category, severity, title, message, affiliate_id, first_seen_at, last_seen_at)
    select j.value ->> 6, 'trust:' || f.id || ':' || ${bucketName(after)}, 'TRUST',
      case ${bucketRank(after)} when 0 then 'HIGH' else 'MEDIUM' end,
      'An affiliate lost trust',
      printf('Trust fell from %.2f to %.2f: %s.', f.trust / ${one}, ${after} / ${one}, ${bucketName(after)}),
      f.id, ${now}, ${now}
    from json_each(${affiliateRows(plan, ids)}) j cross join affiliates f on f.id = j.value ->> 0
    where ${bucketRank(after)} < ${bucketRank(sql`f.trust`)}
    ${onRepeatedCause(0)}`;
}

export function moveBucketCounters(plan: CommitPlan): SQL {
  const after = appliedTo(sql`f.trust`, 1);
  const rows = affiliateRows(plan);
  return sql`
    insert into counters (name, label, value)
    select 'affiliates', case side.value when 1 then ${bucketName(after)} else ${bucketName(sql`f.trust`)} end, side.value
    from json_each(${rows}) j cross join affiliates f on f.id = j.value ->> 0 cross join json_each('[1,-1]') side
    where ${bucketRank(after)} <> ${bucketRank(sql`f.trust`)}
    on conflict (name, label) do update set value = value + excluded.value`;
}

export function updateAffiliates(plan: CommitPlan): SQL {
  return sql`
    update affiliates set trust = ${appliedTo(sql`affiliates.trust`, 1)},
      total_submissions = total_submissions + (j.value ->> 4),
      accurate_submissions = accurate_submissions + (j.value ->> 5)
    from json_each(${affiliateRows(plan)}) j where affiliates.id = j.value ->> 0`;
}
