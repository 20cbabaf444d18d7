import { type SQL, sql } from "drizzle-orm";
import { clicksThrough, type Seconds, secondOfHour } from "../../domain/click-history.ts";
import type { Metric } from "../../domain/metrics.ts";
import { RECENT_DAYS, type TrackedCounts, type TrafficSums } from "../../domain/tracked-counts.ts";

const DAY = sql.raw("(a.claimed_at / 86400000)");
const HOUR = sql.raw("(a.claimed_at / 3600000)");
const FIRST_HOUR = sql.raw("(a.claimed_at / 86400000 * 24)");

const IS_RECENT = sql.raw(`d.day > a.claimed_at / 86400000 - ${RECENT_DAYS}`);

/** How many reports are looked at for what was claimed before there was a link: the submission's first ones. */
const EARLY_REPORTS = 10;

/**
 * Clicks of the days before the claim's, and what is known of all days up to the end of it. Minutes and networks are those
 * of recent days, so that a year of traffic loads no more of them.
 */
const CLICK_DAYS = sql`(
  select json_array(coalesce(sum(case when d.day < ${DAY} then d.human end), 0), coalesce(sum(d.human), 0),
    coalesce(sum(d.automated), 0), coalesce(sum(d.unique_human), 0),
    coalesce(sum(d.human) filter (where ${IS_RECENT}), 0), coalesce(max(d.peak_minute) filter (where ${IS_RECENT}), 0),
    json_group_array(json(d.networks)) filter (where ${IS_RECENT}))
  from click_days d where d.link = l.code and d.day <= ${DAY})`;

/** The last hour with clicks of the claim's day, up to the claim's; when in the hour they were matters in the claim's alone. */
const CLICK_HOUR = sql`(
  select json_array(h.before, h.human, case when h.hour = ${HOUR} then json(h.seconds) end)
  from click_hours h where h.link = l.code and h.hour >= ${FIRST_HOUR} and h.hour <= ${HOUR} order by h.hour desc limit 1)`;

/** Orders not reversed of the days before the claim's, and what is known of all days up to the end of it. */
const ORDER_DAYS = sql`(
  select json_array(coalesce(sum(case when v.day < ${DAY} then v.orders - v.reversed end), 0), coalesce(sum(v.orders), 0),
    coalesce(sum(v.fast), 0))
  from conversion_days v where v.link = l.code and v.day <= ${DAY})`;

/** The same of the claim's day: its hours before the claim's, then single orders up to the very instant. */
const ORDERS_OF_DAY = sql`case when a.conversions is null then 0 else
  (select coalesce(sum(w.orders - w.reversed), 0) from conversion_hours w
    where w.link = l.code and w.hour >= ${FIRST_HOUR} and w.hour < ${HOUR})
  + (select count(*) from conversions o
    where o.link = l.code and o.occurred_at >= ${HOUR} * 3600000 and o.occurred_at <= a.claimed_at)
  - (select count(*) from conversions o
    where o.link = l.code and o.reversed_at >= ${HOUR} * 3600000 and o.reversed_at <= a.claimed_at) end`;

/** What the submission's first reports claimed, and by when: the claim's instant, or earlier if it was ahead of time. */
const EARLY_CLAIMS = sql`(
  select json_group_array(json_array(min(e.claimed_at, e.created_at), e.clicks, e.conversions))
  from (select claimed_at, created_at, clicks, conversions from affiliate_reports
    where submission_id = r.submission_id order by id limit ${sql.raw(String(EARLY_REPORTS))}) e)`;

/**
 * What the links of a report's submission counted, JSON: when the submission was made, its first claims, and a tuple a link;
 * null for a report that claims neither clicks nor conversions. Rows are read by the day and by the hour, so that a million
 * clicks cost no more than one. A link that was attached later than the claim tells nothing of it.
 */
export const TRACKED: SQL = sql`
  case when a.clicks is not null or a.conversions is not null then (
    select json_array((select s.created_at from submissions s where s.id = r.submission_id), json(${EARLY_CLAIMS}),
      json_group_array(json_array(l.created_at, json(${CLICK_DAYS}), json(${CLICK_HOUR}), json(${ORDER_DAYS}),
        ${ORDERS_OF_DAY})))
    from tracked_links l
    where l.campaign_id = r.campaign_id and l.affiliate_id = r.affiliate_id and l.submission_id = r.submission_id
      and (l.own = 1 or l.attached_at <= a.claimed_at)) end`;

/** Since when the links of a campaign lead somewhere, or first did; null if they never did. */
export const LANDING_FROM: SQL = sql`coalesce(c.landing_from, case when c.landing_url is not null then 0 end)`;

type Networks = Record<string, number>;
type LinkTuple = [
  createdAt: number,
  clickDays: [
    earlier: number,
    human: number,
    automated: number,
    uniqueHuman: number,
    recentHuman: number,
    peak: number,
    networks: Networks[],
  ],
  clickHour: [before: number, human: number, seconds: Seconds | null] | null,
  orderDays: [earlier: number, orders: number, fast: number],
  ordersOfDay: number,
];

type Tracked = [
  submittedAt: number,
  earlyClaims: [by: number, clicks: number | null, conversions: number | null][],
  links: LinkTuple[],
];

/** A row of {@link TRACKED}, {@link LANDING_FROM} and the claim. */
export interface TrackedRow {
  tracked: string | null;
  landing_from: number | null;
  conversions_from: number | null;
  claimed_at: number;
}

/** Clicks of the claim's day up to the end of a second of the claim's hour. */
function clicksOfDay(hour: LinkTuple[2], second: number): number {
  if (hour === null) return 0;
  const [before, human, seconds] = hour;
  return before + (seconds === null ? human : clicksThrough(seconds, second));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function mergeNetworks(all: readonly Networks[]): Networks {
  const merged = new Map<string, number>();
  for (const [network, clicks] of all.flatMap((one) => Object.entries(one))) {
    merged.set(network, (merged.get(network) ?? 0) + clicks);
  }
  return Object.fromEntries(merged);
}

function trafficOf(links: readonly LinkTuple[]): TrafficSums {
  const days = links.map(([, clickDays]) => clickDays);
  return {
    human: sum(days.map(([, human]) => human)),
    automated: sum(days.map(([, , automated]) => automated)),
    uniqueHuman: sum(days.map(([, , , uniqueHuman]) => uniqueHuman)),
    recentHuman: sum(days.map(([, , , , recentHuman]) => recentHuman)),
    peakMinute: Math.max(0, ...days.map(([, , , , , peak]) => peak)),
    networks: mergeNetworks(days.flatMap(([, , , , , , networks]) => networks)),
    orders: sum(links.map(([, , , [, orders]]) => orders)),
    fast: sum(links.map(([, , , [, , fast]]) => fast)),
  };
}

/** The metrics of which more than nothing was claimed by an instant. */
function claimedBy(claims: Tracked[1], instant: number): Metric[] {
  const early = claims.filter(([by]) => by <= instant);
  return [
    ...(early.some(([, clicks]) => clicks !== null && clicks > 0) ? (["clicks"] as const) : []),
    ...(early.some(([, , conversions]) => conversions !== null && conversions > 0)
      ? (["conversions"] as const)
      : []),
  ];
}

/** What all links of a report's submission counted; null if there is none, or nobody wants to know. */
export function toTrackedCounts(row: TrackedRow): TrackedCounts | null {
  if (row.tracked === null) return null;
  // safe: written by TRACKED.
  const [submittedAt, earlyClaims, links] = JSON.parse(row.tracked) as Tracked;
  if (links.length === 0) return null;
  const second = secondOfHour(row.claimed_at);
  const clicksThroughSecond = (last: number) =>
    sum(links.map(([, [earlier], hour]) => earlier + clicksOfDay(hour, last)));
  const linkedFrom = Math.min(...links.map(([createdAt]) => createdAt));
  return {
    submittedAt,
    linkedFrom,
    claimedEarlier: claimedBy(earlyClaims, linkedFrom),
    landingFrom: row.landing_from,
    ordersFrom: row.conversions_from,
    clicks: { before: clicksThroughSecond(second - 1), through: clicksThroughSecond(second) },
    orders: sum(links.map(([, , , [earlier], ofDay]) => earlier + ofDay)),
    traffic: trafficOf(links),
  };
}
