import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { CampaignAccess, CampaignStatus } from "../../domain/campaign.ts";
import { type CampaignPolicy, storedPolicy } from "../../domain/campaign-policy.ts";
import type { Platform } from "../../domain/platform.ts";
import type { LinkParams } from "../../domain/tracked-link.ts";
import type { Db } from "../client.ts";
import { below, limitOf, type Page } from "../page.ts";

/** A campaign with its platforms and the policy it judges by now. */
export interface CampaignRecord {
  id: string;
  advertiser_id: string;
  name: string;
  status: CampaignStatus;
  access: CampaignAccess;
  starts_at: number;
  ends_at: number | null;
  claims_close_at: number | null;
  observe_every_minutes: number;
  landing_url: string | null;
  currency: string | null;
  cpm_minor: number | null;
  cap_minor: number | null;
  minimum_minor: number | null;
  platforms: Platform[];
  policy: CampaignPolicy;
  policy_version: number;
  /** Days within which a conversion counts for a click. */
  attribution_days: number;
  link_params: LinkParams;
  /** Every conversion from this instant on is reported, ms UTC; null while that is not known. */
  conversions_from: number | null;
  created_at: number;
  updated_at: number;
}

type CampaignRow = Omit<CampaignRecord, "platforms" | "policy" | "link_params"> & {
  platforms: string;
  policy: string;
  link_params: string;
};

// CROSS JOIN fixes the join order whatever SQLite's statistics say.
const CAMPAIGN = sql`
  select c.*, p.body as policy,
    (select json_group_array(cp.platform) from campaign_platforms cp where cp.campaign_id = c.id) as platforms
  from campaigns c cross join policies p on p.campaign_id = c.id and p.version = c.policy_version`;

function toRecord(row: CampaignRow): CampaignRecord {
  return {
    ...row,
    // safe: only known platforms are stored.
    platforms: JSON.parse(row.platforms) as Platform[],
    policy: storedPolicy(row.policy),
    // safe: only validated names are stored.
    link_params: JSON.parse(row.link_params) as LinkParams,
  };
}

/** The campaigns that exist for an actor: an affiliate sees the open ones and those that invite it. */
function visibleTo(actor: Actor): SQL {
  if (actor.role === "admin") return sql`true`;
  if (actor.role === "advertiser") return sql`c.advertiser_id = ${actor.advertiserId}`;
  return sql`(c.access = 'open' or exists (select 1 from campaign_affiliates i
    where i.campaign_id = c.id and i.affiliate_id = ${actor.affiliateId}))`;
}

/** A campaign that exists for the actor, whatever its status, or null. */
export async function findCampaign(db: Db, actor: Actor, id: string): Promise<CampaignRecord | null> {
  const [row] = await db.all<CampaignRow>(sql`${CAMPAIGN} where c.id = ${id} and ${visibleTo(actor)}`);
  return row ? toRecord(row) : null;
}

/** Newest first. An affiliate is shown only what it can enter now: the active ones. */
export async function listCampaigns(
  db: Db,
  { actor, status }: { actor: Actor; status: CampaignStatus | null },
  page: Page,
): Promise<CampaignRecord[]> {
  // A plus keeps a condition off the index of its column: an advertiser's few campaigns are found by the advertiser.
  const ofStatus = actor.role === "admin" ? sql`c.status = ${status}` : sql`+c.status = ${status}`;
  const rows = await db.all<CampaignRow>(sql`
    ${CAMPAIGN} where ${visibleTo(actor)} and ${status === null ? sql`true` : ofStatus}
      and ${actor.role === "affiliate" ? sql`c.status = 'ACTIVE'` : sql`true`} and ${below(sql`c.id`, page)}
    order by c.id desc ${limitOf(page)}`);
  return rows.map(toRecord);
}
