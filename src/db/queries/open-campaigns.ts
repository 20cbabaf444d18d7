import { type SQL, sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import type { Db } from "../client.ts";

/** A campaign as a creator chooses it. */
export interface CampaignChoice {
  id: string;
  name: string;
  /** Whether its tracked links lead anywhere. */
  has_landing: 0 | 1;
}

/** How far back campaigns are looked for: a list to choose from, not a search of everything. */
const LOOKED_AT = 500;

export interface ChoiceFilter {
  /** Whose choice: the affiliate's id as a value or a subquery. */
  affiliate: SQL;
  /** Only those that take posts of it; null for any. */
  platform: Platform | null;
  /** Part of the name, whatever its case; the whole name where `exact`. */
  name: string;
  exact: boolean;
  now: number;
  limit: number;
}

/** The campaigns an affiliate can enter now, newest first. */
export function openCampaignsStatement({ affiliate, platform, name, exact, now, limit }: ChoiceFilter): SQL {
  const takes =
    platform === null
      ? sql`true`
      : sql`exists (select 1 from campaign_platforms cp where cp.campaign_id = c.id and cp.platform = ${platform})`;
  const named = exact ? sql`lower(c.name) = lower(${name})` : sql`instr(lower(c.name), lower(${name})) > 0`;
  return sql`
    select c.id, c.name, c.landing_url is not null as has_landing
    from (select * from campaigns where status = 'ACTIVE' order by id desc limit ${LOOKED_AT}) c
    where c.starts_at <= ${now} and (c.ends_at is null or c.ends_at > ${now}) and ${named} and ${takes}
      and ${existsFor(affiliate)}
    order by c.id desc limit ${limit}`;
}

/** The campaign of an id, open or not; nothing where it does not exist for the affiliate. */
export function campaignStatement(campaignId: string, affiliate: SQL): SQL {
  return sql`
    select c.id, c.name, c.landing_url is not null as has_landing
    from campaigns c where c.id = ${campaignId} and ${existsFor(affiliate)}`;
}

/** An invite-only campaign does not exist for who is not invited. */
const existsFor = (
  affiliate: SQL,
): SQL => sql`(c.access = 'open' or exists (select 1 from campaign_affiliates i
  where i.campaign_id = c.id and i.affiliate_id = ${affiliate}))`;

/** The campaigns an affiliate can enter now of which the name holds the text, newest first. One round trip. */
export function listOpenCampaigns(
  db: Db,
  { affiliateId, ...filter }: Omit<ChoiceFilter, "affiliate" | "exact"> & { affiliateId: string },
): Promise<CampaignChoice[]> {
  return db.all<CampaignChoice>(
    openCampaignsStatement({ ...filter, affiliate: sql`${affiliateId}`, exact: false }),
  );
}
