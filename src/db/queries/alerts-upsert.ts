import { type SQL, sql } from "drizzle-orm";
import { ALERT_SEVERITIES, type AlertDraft } from "../../domain/alert.ts";
import type { Ids } from "../../lib/ids.ts";

/** 0 for the least grave severity, 3 for the gravest. */
export const rankOf = (column: SQL): SQL =>
  sql`case ${column} ${sql.join(
    ALERT_SEVERITIES.map((severity, rank) => sql.raw(`when '${severity}' then ${rank}`)),
    sql` `,
  )} end`;

/**
 * Raises alerts: one open alert per cause. A repeat counts up and keeps the graver severity; a data-quality alert
 * repeated within `repeatMs` becomes CRITICAL. `onlyIf` is asked in SQL. Part of the batch that writes what the alerts are about.
 */
export function upsertAlerts(
  drafts: readonly AlertDraft[],
  { now, ids, repeatMs, onlyIf = sql`true` }: { now: number; ids: Ids; repeatMs: number; onlyIf?: SQL },
): SQL {
  const rows = drafts.map((draft) => [
    ids("alr"),
    draft.cause,
    draft.category,
    draft.severity,
    draft.title,
    draft.message,
    draft.advertiserId,
    draft.campaignId,
    draft.affiliateId,
    draft.postId,
    draft.reportId,
    draft.platform,
    draft.times,
  ]);
  return sql`
    insert into alerts (id, cause, category, severity, title, message, advertiser_id, campaign_id, affiliate_id,
      post_id, report_id, platform, count, first_seen_at, last_seen_at)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, ${now}, ${now}
    from json_each(${JSON.stringify(rows)}) where ${onlyIf}
    ${onRepeatedCause(repeatMs)}`;
}

/**
 * The upsert clause of every statement that raises alerts. One that becomes graver is announced again. What concerns
 * several advertisers or campaigns is nobody's but the operator's: neither may read of the other.
 */
export function onRepeatedCause(repeatMs: number): SQL {
  const severity = sql`case
    when excluded.category = 'DATA_QUALITY' and excluded.last_seen_at - alerts.last_seen_at <= ${repeatMs} then 'CRITICAL'
    when ${rankOf(sql`excluded.severity`)} > ${rankOf(sql`alerts.severity`)} then excluded.severity
    else alerts.severity end`;
  return sql`
    on conflict (cause) where status <> 'RESOLVED' do update set
      count = alerts.count + excluded.count,
      severity = ${severity},
      announce_at = case when alerts.severity <> ${severity} then excluded.first_seen_at else alerts.announce_at end,
      message = excluded.message,
      report_id = excluded.report_id,
      advertiser_id = case when alerts.advertiser_id is excluded.advertiser_id then alerts.advertiser_id end,
      campaign_id = case when alerts.campaign_id is excluded.campaign_id then alerts.campaign_id end,
      affiliate_id = case when alerts.affiliate_id is excluded.affiliate_id then alerts.affiliate_id end,
      post_id = case when alerts.post_id is excluded.post_id then alerts.post_id end,
      last_seen_at = excluded.last_seen_at`;
}
