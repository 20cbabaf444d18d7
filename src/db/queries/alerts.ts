import { type SQL, sql } from "drizzle-orm";
import {
  ALERT_CATEGORIES,
  ALERT_SEVERITIES,
  ALERT_STATUSES,
  type AlertCategory,
  type AlertSeverity,
  type AlertStatus,
} from "../../domain/alert.ts";
import { type Db, runBatch } from "../client.ts";

/** An alert as it is stored; instants in ms UTC. */
export interface AlertRow {
  id: string;
  cause: string;
  category: AlertCategory;
  severity: AlertSeverity;
  status: AlertStatus;
  count: number;
  title: string;
  message: string;
  advertiser_id: string | null;
  campaign_id: string | null;
  affiliate_id: string | null;
  post_id: string | null;
  report_id: string | null;
  platform: string | null;
  first_seen_at: number;
  last_seen_at: number;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  resolved_at: number | null;
  resolved_by: string | null;
  notes: string | null;
  /** When the operators' channel is told; null once it was. Nobody else's business. */
  announce_at: number | null;
}

/** An alert with the names of whom and what it is about; null for what it is not about, or several are. */
export interface NamedAlert extends AlertRow {
  affiliate_name: string | null;
  campaign_name: string | null;
  post_url: string | null;
}

/** The columns of a {@link NamedAlert}, in a statement on `alerts`: no joins, so that a RETURNING takes them too. */
export const NAMED_ALERT: SQL = sql`*,
  (select name from affiliates where id = alerts.affiliate_id) as affiliate_name,
  (select name from campaigns where id = alerts.campaign_id) as campaign_name,
  (select canonical_url from posts where id = alerts.post_id) as post_url`;

export interface AlertFilters {
  /** `UNRESOLVED` is open or acknowledged. */
  status: AlertStatus | "UNRESOLVED" | null;
  severity: AlertSeverity | null;
  category: AlertCategory | null;
  campaignId: string | null;
  /** Only the alerts of this advertiser; null for everybody's. */
  advertiserId: string | null;
}

export interface AlertPage {
  /** Only ids below this one; null for the first page. */
  before: string | null;
  limit: number;
}

/** Up to `limit + 1` alerts, newest first. */
export function listAlerts(db: Db, filters: AlertFilters, page: AlertPage): Promise<AlertRow[]> {
  return db.all<AlertRow>(alertsPage(filters, page, sql`*`));
}

/** The same, with names. */
export function listNamedAlerts(db: Db, filters: AlertFilters, page: AlertPage): Promise<NamedAlert[]> {
  return db.all<NamedAlert>(alertsPage(filters, page, NAMED_ALERT));
}

function alertsPage(filters: AlertFilters, page: AlertPage, columns: SQL): SQL {
  const { campaignId, advertiserId } = filters;
  const limit = sql.raw(String(page.limit + 1));
  if (campaignId === null && advertiserId === null && isNarrowed(filters)) {
    return sql`select ${columns} from alerts where id in (${newestOfKinds(filters, page)}) order by id desc`;
  }
  const terms = [
    ...(campaignId === null ? [] : [sql`campaign_id = ${campaignId}`]),
    ...(advertiserId === null ? [] : [sql`advertiser_id = ${advertiserId}`]),
    ...kindTerms(filters),
    ...(page.before === null ? [] : [sql`id < ${page.before}`]),
  ];
  const where = terms.length === 0 ? sql`` : sql`where ${sql.join(terms, sql` and `)}`;
  return sql`select ${columns} from alerts ${where} order by id desc limit ${limit}`;
}

const isNarrowed = ({ status, severity, category }: AlertFilters) =>
  status !== null || severity !== null || category !== null;

function kindTerms({ status, severity, category }: AlertFilters): SQL[] {
  return [
    ...(status === null
      ? []
      : [status === "UNRESOLVED" ? sql`status <> 'RESOLVED'` : sql`status = ${status}`]),
    ...(category === null ? [] : [sql`category = ${category}`]),
    ...(severity === null ? [] : [sql`severity = ${severity}`]),
  ];
}

/**
 * The newest ids of the kinds that the filters leave: each (status, category, severity) is a run of the index
 * alerts_status in the order of ids, so a page reads `limit` of each run at most, however many alerts there are.
 */
function newestOfKinds({ status, severity, category }: AlertFilters, { before, limit }: AlertPage): SQL {
  const kinds = statusesOf(status).flatMap((s) =>
    kindsOf(category, ALERT_CATEGORIES).flatMap((c) =>
      kindsOf(severity, ALERT_SEVERITIES).map((v) => [s, c, v]),
    ),
  );
  const rows = sql.raw(String(limit + 1));
  const below = before === null ? sql`` : sql`and id < ${before}`;
  // A list for each kind, not a UNION: D1 refused one of twelve ("too many terms in compound SELECT").
  const run = sql`(select json_group_array(id) from (
    select id from alerts
    where status = kind.value ->> 0 and category = kind.value ->> 1 and severity = kind.value ->> 2 ${below}
    order by id desc limit ${rows}))`;
  return sql`
    select newest.value from json_each(${JSON.stringify(kinds)}) kind cross join json_each(${run}) newest
    order by newest.value desc limit ${rows}`;
}

function statusesOf(status: AlertFilters["status"]): readonly AlertStatus[] {
  return status === "UNRESOLVED" ? ["OPEN", "ACKNOWLEDGED"] : kindsOf(status, ALERT_STATUSES);
}

function kindsOf<T>(wanted: T | null, all: readonly T[]): readonly T[] {
  return wanted === null ? all : [wanted];
}

const one = (id: string): SQL => sql`select ${NAMED_ALERT} from alerts where id = ${id}`;

export async function findAlert(db: Db, id: string): Promise<AlertRow | null> {
  const [alert] = await db.all<AlertRow>(sql`select * from alerts where id = ${id}`);
  return alert ?? null;
}

export interface AlertCount {
  status: Exclude<AlertStatus, "RESOLVED">;
  category: AlertCategory;
  severity: AlertSeverity;
  alerts: number;
}

/** How many alerts of each kind are not resolved; reads those alone, or all of one advertiser. */
export function countUnresolved(db: Db, advertiserId: string | null): Promise<AlertCount[]> {
  // The plus keeps SQLite from reading everybody's unresolved alerts for one advertiser.
  const among = advertiserId === null ? sql`status` : sql`advertiser_id = ${advertiserId} and +status`;
  return db.all<AlertCount>(sql`
    select status, category, severity, count(*) as alerts from alerts
    where ${among} in ('OPEN', 'ACKNOWLEDGED') group by status, category, severity`);
}

/** Who did it, and when (ms UTC). */
export interface AlertDecision {
  id: string;
  by: string;
  at: number;
  notes: string | null;
}

export interface DecidedAlert {
  /** Whether this call changed it: a second one finds it changed. */
  changed: boolean;
  /** The alert as it is now; null if there is none. */
  alert: NamedAlert | null;
}

async function decide(db: Db, update: SQL, id: string): Promise<DecidedAlert> {
  const [changed, now] = await runBatch(db, [update, one(id)]);
  // safe: `one` selects whole rows, with names.
  const [alert] = (now ?? []) as NamedAlert[];
  return { changed: (changed ?? []).length > 0, alert: alert ?? null };
}

/** Acknowledges an open alert. The guard is in the WHERE, so of two at once the first is recorded. */
export function acknowledge(db: Db, { id, by, at, notes }: AlertDecision): Promise<DecidedAlert> {
  const update = sql`
    update alerts set status = 'ACKNOWLEDGED', acknowledged_at = ${at}, acknowledged_by = ${by},
      notes = coalesce(${notes}, notes)
    where id = ${id} and status = 'OPEN' returning id`;
  return decide(db, update, id);
}

/** Resolves an alert that is not resolved yet; its cause raises a new one from now on. */
export function resolve(db: Db, { id, by, at, notes }: AlertDecision): Promise<DecidedAlert> {
  const update = sql`
    update alerts set status = 'RESOLVED', resolved_at = ${at}, resolved_by = ${by}, notes = coalesce(${notes}, notes)
    where id = ${id} and status <> 'RESOLVED' returning id`;
  return decide(db, update, id);
}
