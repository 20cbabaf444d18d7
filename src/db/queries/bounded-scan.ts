import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";

/** Rows one page looks at when its filters are not answered by an index; a page may then be short, or empty. */
const SCAN_LIMIT = 1_000;

/** A list by a rising text key, read newest first; `t` is its alias. */
export interface ScannedList {
  table: "submissions" | "reconciliations" | "reconciliation_runs";
  key: "id" | "report_id";
}

/** Whose rows are listed: each kind is answered by an index that ends in the key. */
export type Scope =
  | { by: "all" }
  | { by: "affiliate"; affiliateId: string }
  | { by: "campaign"; campaignId: string }
  /** Of one of its campaigns, or of all. */
  | { by: "advertiser"; advertiserId: string; campaignId: string | null };

export interface ScopeFilters {
  campaignId: string | null;
  affiliateId: string | null;
}

/** What an actor may list under these filters, and which of them the scope does not already say. */
export function scopeOf(
  actor: Actor,
  { campaignId, affiliateId }: ScopeFilters,
): { scope: Scope; rest: SQL[] } {
  const campaign = campaignId === null ? [] : [sql`t.campaign_id = ${campaignId}`];
  const affiliate = affiliateId === null ? [] : [sql`t.affiliate_id = ${affiliateId}`];
  if (actor.role === "advertiser") {
    return { scope: { by: "advertiser", advertiserId: actor.advertiserId, campaignId }, rest: affiliate };
  }
  if (actor.role === "affiliate") {
    const scope: Scope = { by: "affiliate", affiliateId: actor.affiliateId };
    return { scope, rest: [...campaign, ...affiliate] };
  }
  if (affiliateId !== null) return { scope: { by: "affiliate", affiliateId }, rest: campaign };
  if (campaignId !== null) return { scope: { by: "campaign", campaignId }, rest: [] };
  return { scope: { by: "all" }, rest: [] };
}

/** The parts of one page's statement. */
export interface Scan {
  /** The list as `t`, and what narrows it. */
  from: SQL;
  where: SQL;
  order: SQL;
  /** One value: the last key looked at, or null if the list ends before. */
  floor: SQL;
}

/**
 * Pages over a list without ever reading it whole. An advertiser's rows come from each of its campaigns, so a page
 * reads at most its campaigns × `limit`; rows that only match `filters` are looked for in the next {@link SCAN_LIMIT}.
 */
export function scan(
  { table, key }: ScannedList,
  scope: Scope,
  page: { before: string | null; limit: number; filters: readonly SQL[] },
): Scan {
  const column = sql.raw(`t.${key}`);
  const source = sql.raw(`${table} t`);
  const below = page.before === null ? sql`true` : sql`${column} < ${page.before}`;
  const depth = page.filters.length > 0 ? SCAN_LIMIT : page.limit;
  const nth = (within: SQL) => sql`(
    select ${column} from ${source} where ${within} and ${below} order by ${column} desc limit 1 offset ${depth})`;
  const { from, within, floor } = sourceOf(scope, source, nth);
  const bounded = scope.by === "advertiser" || page.filters.length > 0;
  const terms = [
    within,
    below,
    ...(bounded ? [sql`${column} >= coalesce(${floor}, '')`] : []),
    ...page.filters,
  ];
  return {
    from,
    where: sql.join(terms, sql` and `),
    order: sql`${column} desc`,
    floor: bounded ? floor : sql`null`,
  };
}

function sourceOf(
  scope: Scope,
  source: SQL,
  nth: (within: SQL) => SQL,
): { from: SQL; within: SQL; floor: SQL } {
  if (scope.by === "advertiser") {
    const one = scope.campaignId === null ? sql`true` : sql`own.id = ${scope.campaignId}`;
    const own = sql`own.advertiser_id = ${scope.advertiserId} and ${one}`;
    return {
      from: sql`campaigns own cross join ${source} on t.campaign_id = own.id`,
      within: own,
      // What lies below the highest of the campaigns' floors is not known of every campaign yet.
      floor: sql`(select max(${nth(sql`t.campaign_id = own.id`)}) from campaigns own where ${own})`,
    };
  }
  const within = only(scope);
  return { from: source, within, floor: nth(within) };
}

function only(scope: Exclude<Scope, { by: "advertiser" }>): SQL {
  if (scope.by === "affiliate") return sql`t.affiliate_id = ${scope.affiliateId}`;
  if (scope.by === "campaign") return sql`t.campaign_id = ${scope.campaignId}`;
  return sql`true`;
}

/** One page of a bounded scan. */
export interface ScannedPage<Row> {
  /** Up to `limit + 1`. */
  rows: Row[];
  /** Where the next page begins although this one is not full; null if the list ends here. */
  scannedTo: string | null;
}

/** A page from the two results of its batch: the rows, and the one row of {@link Scan.floor} as `id`. */
export function toScannedPage<Row>([rows, floor]: unknown[][]): ScannedPage<Row> {
  // safe: the caller named the columns of its first statement; the second selects one column, id.
  const [last] = (floor ?? []) as { id: string | null }[];
  return { rows: (rows ?? []) as Row[], scannedTo: last?.id ?? null };
}
