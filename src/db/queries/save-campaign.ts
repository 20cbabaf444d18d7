import { type SQL, sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import { type Db, runBatch } from "../client.ts";
import type { CampaignRecord } from "./campaigns.ts";

/** Stores a campaign with its first policy and its platforms; false if its advertiser is unknown or archived. */
export async function insertCampaign(db: Db, campaign: CampaignRecord): Promise<boolean> {
  const { id, created_at: now } = campaign;
  const [inserted] = await runBatch(db, [
    sql`
      insert into campaigns (id, advertiser_id, name, status, access, starts_at, ends_at, claims_close_at,
        observe_every_minutes, landing_url, currency, cpm_minor, cap_minor, minimum_minor, policy_version, attribution_days,
        link_params, conversions_from, created_at, updated_at)
      select ${id}, v.id, ${campaign.name}, ${campaign.status}, ${campaign.access}, ${campaign.starts_at},
        ${campaign.ends_at}, ${campaign.claims_close_at}, ${campaign.observe_every_minutes}, ${campaign.landing_url},
        ${campaign.currency}, ${campaign.cpm_minor}, ${campaign.cap_minor}, ${campaign.minimum_minor},
        ${campaign.policy_version}, ${campaign.attribution_days}, ${JSON.stringify(campaign.link_params)},
        ${campaign.conversions_from}, ${now}, ${campaign.updated_at}
      from advertisers v where v.id = ${campaign.advertiser_id} and v.status = 'active'
      returning id`,
    insertPolicy(campaign, now, sql`true`),
    insertPlatforms(id, campaign.platforms),
  ]);
  return inserted?.length === 1;
}

function insertPolicy({ id, policy, policy_version }: CampaignRecord, now: number, onlyIf: SQL): SQL {
  return sql`
    insert into policies (campaign_id, version, body, created_at)
    select c.id, ${policy_version}, ${JSON.stringify(policy)}, ${now} from campaigns c
    where c.id = ${id} and ${onlyIf}`;
}

function insertPlatforms(campaignId: string, platforms: readonly Platform[]): SQL {
  return sql`
    insert into campaign_platforms (campaign_id, platform)
    select c.id, j.value from campaigns c cross join json_each(${JSON.stringify(platforms)}) j
    where c.id = ${campaignId}
    on conflict do nothing`;
}

const closesLater = (before: CampaignRecord, after: CampaignRecord): boolean =>
  before.claims_close_at !== null &&
  (after.claims_close_at === null || after.claims_close_at > before.claims_close_at);

/** Posts whose observation ended with the campaign are observed again when it goes on. */
function observeAgain({ id, updated_at }: CampaignRecord, unchanged: SQL): SQL {
  return sql`
    update posts set observe_due_at = ${updated_at}
    where observe_due_at is null and state <> 'gone'
      and id in (select post_id from submissions where campaign_id = ${id})
      and exists (select 1 from campaigns c where c.id = ${id} and ${unchanged})`;
}

/**
 * Replaces a campaign as it was read by what it becomes; false, and nothing written, if it changed meanwhile. Every write
 * to a campaign moves its `updated_at`, so that instant is the version the change was decided on.
 */
export async function updateCampaign(
  db: Db,
  before: CampaignRecord,
  after: CampaignRecord,
): Promise<boolean> {
  const unchanged = sql`c.updated_at = ${before.updated_at}`;
  const results = await runBatch(db, [
    ...(after.policy_version === before.policy_version
      ? []
      : [insertPolicy(after, after.updated_at, unchanged)]),
    ...(closesLater(before, after) ? [observeAgain(after, unchanged)] : []),
    sql`
      update campaigns as c set name = ${after.name}, status = ${after.status}, access = ${after.access},
        starts_at = ${after.starts_at}, ends_at = ${after.ends_at}, claims_close_at = ${after.claims_close_at},
        observe_every_minutes = ${after.observe_every_minutes}, landing_url = ${after.landing_url},
        landing_from = coalesce(c.landing_from, case when c.landing_url is not null then 0
          else ${after.landing_url === null ? null : after.updated_at} end),
        currency = ${after.currency}, cpm_minor = ${after.cpm_minor}, cap_minor = ${after.cap_minor},
        minimum_minor = ${after.minimum_minor}, policy_version = ${after.policy_version},
        attribution_days = ${after.attribution_days}, link_params = ${JSON.stringify(after.link_params)},
        conversions_from = ${after.conversions_from}, updated_at = ${after.updated_at}
      where c.id = ${after.id} and ${unchanged}
      returning id`,
  ]);
  return results.at(-1)?.length === 1;
}

/** Makes these the platforms of a campaign, one D1 batch. Posts already submitted stay and are judged. */
export async function replacePlatforms(
  db: Db,
  { campaignId, platforms, now }: { campaignId: string; platforms: readonly Platform[]; now: number },
): Promise<void> {
  await runBatch(db, [
    sql`
      delete from campaign_platforms where campaign_id = ${campaignId}
        and platform not in (select value from json_each(${JSON.stringify(platforms)}))`,
    insertPlatforms(campaignId, platforms),
    sql`update campaigns set updated_at = max(${now}, updated_at + 1) where id = ${campaignId}`,
  ]);
}
