import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  refusalOf,
  row,
  submit,
  videoId,
} from "../../support/fixtures.ts";
import { createWorld, issueKey } from "../../support/world.ts";

afterEach(() => reset());

describe("counting a campaign anew", () => {
  async function aCountedCampaign() {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await submit(world, { key: affiliate.key, campaignId });
    await world.deliver();
    const rebuild = (key: string, id = campaignId) =>
      world.request("POST", `/api/v1/dashboard/campaigns/${id}/rebuild`, { key });
    return { world, advertiser, campaignId, rebuild, admin: await issueKey(world, "admin", null) };
  }

  it("finds nothing to repair where the figures are right", async () => {
    const { rebuild, admin } = await aCountedCampaign();
    const response = await rebuild(admin);
    expect([response.status, await response.json()]).toEqual([200, { repaired: [] }]);
  });

  it("repairs a damaged figure and names its grain", async () => {
    const { campaignId, rebuild, admin } = await aCountedCampaign();
    const total = "campaign_id = ? and affiliate_id = '' and day = 0 and platform = ''";
    await env.DB.prepare(`update rollups set views = 7 where ${total}`).bind(campaignId).run();
    const response = await rebuild(admin);
    expect(await response.json()).toEqual({ repaired: [{ affiliate_id: null, day: null, platform: null }] });
    expect(await row(`select views from rollups where ${total}`, campaignId)).toEqual({ views: 1_000 });
    expect(await (await rebuild(admin)).json()).toEqual({ repaired: [] });
  });

  it("is a conflict while reports of the campaign keep being judged", async () => {
    const { world, campaignId, rebuild, admin } = await aCountedCampaign();
    const count = (field: string) =>
      env.DB.prepare(`update rollups set ${field} = ${field} + 1 where campaign_id = ?`)
        .bind(campaignId)
        .run();
    await count("clicks");
    // A commit lands between every load and its write.
    const { batch } = world.ctx.db.$client;
    world.ctx.db.$client.batch = async (statements) => {
      const results = await batch(statements);
      await count("shares");
      return results as never; // safe: the very results of the batch.
    };
    expect(await refusalOf(await rebuild(admin))).toEqual({ status: 409, code: "conflict", pointers: [] });
  });

  it("is the operator's, and needs a campaign", async () => {
    const { rebuild, admin, advertiser } = await aCountedCampaign();
    expect((await rebuild(advertiser.key)).status).toBe(403);
    expect((await rebuild(admin, `cmp_${"0".repeat(26)}`)).status).toBe(404);
    expect((await rebuild(admin, "nonsense")).status).toBe(422);
  });
});
