import { toMinorUnits } from "../domain/minor-units.ts";
import type { AdapterDeps } from "./adapter.ts";
import { type GraphClient, openGraph } from "./graph.ts";
import { readPages } from "./graph-pages.ts";
import { readRecord, readRecords, readText } from "./read-values.ts";

/** What the ads of one post brought and cost; null what is unknown. */
export interface Promotion {
  conversions: number | null;
  spend: { minor: number; currency: string } | null;
}

/** Promotions by story id, `{page}_{post}`; those of posts nobody promoted are not in it. */
export type Promotions =
  | { kind: "read"; byStory: Map<string, Promotion> }
  | { kind: "unread"; detail: string };

/** Most calls {@link readPromotions} makes, over all accounts. Each page of ads and of rows is one. */
export const AD_CALLS_MAX = 12;

type AdsDeps = Pick<AdapterDeps, "fetch" | "baseUrl" | "timeoutMs" | "now" | "secrets">;

/**
 * Reads what the ads of posts brought and cost, from the linked ad accounts. An ad is a post's if its creative shows the
 * post's story. All of it counts or nothing: with one account unread, what is summed would be too little.
 *
 * Source: developers.facebook.com/docs/marketing-api/insights and …/reference/ad-account/ads.
 *
 * @returns null if no ad account is linked
 */
export async function readPromotions(
  deps: AdsDeps,
  stories: ReadonlySet<string>,
): Promise<{ promotions: Promotions; calls: number } | null> {
  const credential = deps.secrets.META_ADS_TOKEN ?? "";
  const accounts = linkedAccounts(deps.secrets.META_AD_ACCOUNTS ?? "");
  if (credential === "" || accounts.length === 0 || stories.size === 0) return null;
  const graph = openGraph({ ...deps, credential });
  const promotions = await readAccounts(graph, accounts, stories);
  return { promotions, calls: graph.spent().calls };
}

function linkedAccounts(list: string): string[] {
  return [...new Set(list.split(",").map((id) => id.trim()))].filter((id) => id !== "");
}

async function readAccounts(
  graph: GraphClient,
  accounts: readonly string[],
  stories: ReadonlySet<string>,
): Promise<Promotions> {
  if (!accounts.every((account) => /^act_\d{1,20}$/.test(account))) return unread("not an ad account id");
  const rows: AdRow[] = [];
  for (const account of accounts) {
    const read = await readAccount(graph, account, stories);
    if (!Array.isArray(read)) return read;
    rows.push(...read);
  }
  const byStory = Map.groupBy(rows, ({ story }) => story);
  const promotions = [...byStory].map(([story, of]) => [story, sumOf(of)] as const);
  return { kind: "read", byStory: new Map(promotions) };
}

/** One ad's row with the story it shows. */
interface AdRow {
  story: string;
  row: Record<string, unknown>;
}

async function readAccount(
  graph: GraphClient,
  account: string,
  stories: ReadonlySet<string>,
): Promise<AdRow[] | Extract<Promotions, { kind: "unread" }>> {
  const pagesLeft = () => AD_CALLS_MAX - graph.spent().calls;
  const ads = await readPages(graph, {
    path: `${account}/ads`,
    query: { fields: "id,creative{effective_object_story_id}", limit: "100" },
    maxPages: pagesLeft(),
  });
  if (ads.kind !== "listed") return unread(`${ads.kind}, ${ads.detail}`);
  if (!ads.isWhole) return unread("more ads than are read");
  const storyOf = new Map<unknown, string>();
  for (const { id, creative } of ads.items) {
    const story = readText(readRecord(creative)?.effective_object_story_id);
    if (story !== null && stories.has(story)) storyOf.set(id, story);
  }
  if (storyOf.size === 0) return [];

  const rows = await readPages(graph, {
    path: `${account}/insights`,
    query: {
      level: "ad",
      fields: "ad_id,account_currency,spend,actions",
      date_preset: "maximum",
      filtering: JSON.stringify([{ field: "ad.id", operator: "IN", value: [...storyOf.keys()] }]),
      limit: "100",
    },
    maxPages: pagesLeft(),
  });
  if (rows.kind !== "listed") return unread(`${rows.kind}, ${rows.detail}`);
  if (!rows.isWhole) return unread("more rows than are read");
  // An ad that was never shown has no row, and says neither how little it brought nor what it cost.
  return rows.items.flatMap((row) => {
    const story = storyOf.get(row.ad_id);
    return story === undefined ? [] : [{ story, row }];
  });
}

function unread(detail: string): Extract<Promotions, { kind: "unread" }> {
  return { kind: "unread", detail };
}

/**
 * The sums over a post's ads. One part that cannot be read makes its sum unknown: less would accuse. An ad without
 * purchases, beside others that have some and are measured alike, adds none.
 */
function sumOf(rows: readonly AdRow[]): Promotion {
  const amounts = rows.map(({ row }) => readSpend(row));
  const currency = amounts[0]?.currency;
  const isOneCurrency = amounts.every((amount) => amount !== null && amount.currency === currency);
  const minor = isOneCurrency ? exactSum(amounts.map((amount) => amount?.minor ?? null)) : null;
  const purchases = rows.map(({ row }) => readPurchases(row)).filter((count) => count !== "absent");
  return {
    conversions: purchases.length === 0 ? null : exactSum(purchases),
    spend: currency === undefined || minor === null ? null : { minor, currency },
  };
}

function exactSum(parts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return Number.isSafeInteger(sum) ? sum : null;
}

function readSpend({ spend, account_currency }: Record<string, unknown>): Promotion["spend"] {
  if (typeof spend !== "string" || typeof account_currency !== "string") return null;
  const minor = toMinorUnits(spend, account_currency);
  return minor === null ? null : { minor, currency: account_currency };
}

/**
 * The names under which one purchase is counted, the widest first: over all channels without duplicates, on the web and
 * in apps, by the pixel alone. They overlap, so that of those in a row one is taken and nothing is added up.
 */
const PURCHASES = ["omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase"];

/**
 * The purchases of one row; null if they cannot be read. The vendor leaves out what has no data, and with it what it did
 * not measure, so that no purchases in a row are not none.
 */
function readPurchases({ actions }: Record<string, unknown>): number | null | "absent" {
  if (actions === undefined) return "absent";
  const list = readRecords(actions);
  if (list === null) return null;
  const type = PURCHASES.find((name) => list.some(({ action_type }) => action_type === name));
  if (type === undefined) return "absent";
  const [action, ...more] = list.filter(({ action_type }) => action_type === type);
  const isCount = typeof action?.value === "string" && /^\d{1,15}$/.test(action.value);
  return isCount && more.length === 0 ? Number(action.value) : null;
}
