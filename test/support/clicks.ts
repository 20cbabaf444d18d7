import type { Click, ClickKind, ClickMessage } from "../../src/domain/click.ts";
import type { Ids } from "../../src/lib/ids.ts";
import { rows } from "./fixtures.ts";

export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A midnight, UTC. */
export const MIDNIGHT = Date.UTC(2026, 5, 1);

/** The code of a link, different for every number. */
export const linkCode = (n: number): string => String(n).padStart(10, "0");

/** The hash of a visitor, different for every link, day and kind, as the edge makes it. */
export function visitorHash(visitor: number, { l, t, k }: Pick<Click, "l" | "t" | "k">): string {
  const day = Math.floor(t / DAY) % 10;
  return `${k.charAt(0)}${l.slice(-3)}${day}${visitor.toString(36).padStart(6, "0")}`;
}

export interface ClickOptions {
  link?: number;
  at?: number;
  kind?: ClickKind;
  visitor?: number;
  network?: number | null;
  campaign?: number;
}

/** The id of a campaign, different for every number. */
export const campaignCode = (n: number): string => `cmp_${String(n).padStart(26, "0")}`;

export function aClick(options: ClickOptions = {}): Click {
  const { link = 1, at = MIDNIGHT, kind = "human", visitor = 1, network = 3320, campaign = 1 } = options;
  const click = { l: linkCode(link), c: campaignCode(campaign), t: at, k: kind, v: "", n: network };
  return { ...click, v: visitorHash(visitor, click) };
}

export const aMessage = (ids: Ids, clicks: Click[]): ClickMessage => ({
  v: 1,
  kind: "clicks",
  id: ids("clk"),
  clicks,
});

/** So many clicks of as many visitors, numbered from `from`, one after the other by a second. */
export const manyVisitors = (from: number, count: number, options: ClickOptions = {}): Click[] =>
  Array.from({ length: count }, (_, i) =>
    aClick({ ...options, visitor: from + i, at: (options.at ?? MIDNIGHT) + i * 1_000 }),
  );

/** Clicks in messages as large as may be. */
export function inMessages(ids: Ids, clicks: readonly Click[], size = 500): ClickMessage[] {
  const messages: ClickMessage[] = [];
  for (let i = 0; i < clicks.length; i += size) messages.push(aMessage(ids, clicks.slice(i, i + size)));
  return messages;
}

const CLICK_TABLES = ["click_days", "click_hours", "click_visitors", "click_messages", "campaign_traffic"];

/** All that is stored of clicks, table by table. */
export async function clickTables(): Promise<unknown[][]> {
  return Promise.all(CLICK_TABLES.map((table) => rows(`select * from ${table}`)));
}
