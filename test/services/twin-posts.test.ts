import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { connectAccount } from "../support/connect.ts";
import { aCampaign, anAffiliate, rows, submit } from "../support/fixtures.ts";
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

const PAGE = "17841400000000002";
const PFBID = "pfbid0AbC";

const alerts = () =>
  rows<{ cause: string; severity: string; advertiser_id: string | null; count: number }>(
    "select cause, severity, advertiser_id, count from alerts where cause like 'same_post:%'",
  );

describe("a Facebook post under two addresses", () => {
  async function aStage() {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    await connectAccount(world, affiliate, { platform: "meta", accountId: PAGE });
    const campaignId = await aCampaign(world, { platforms: ["meta"] });
    const enter = (url: string) =>
      submit(world, { key: affiliate.key, campaignId, url, claimed: { claimed_likes: 10 } });
    return { world, enter };
  }

  it("is found out once its vendor tells its id, and the operator is told once", async () => {
    const { world, enter } = await aStage();
    await world.setPost("meta", PFBID, { metrics: { likes: 10 } });
    await enter(`https://www.facebook.com/somepage/posts/${PFBID}`);
    await world.deliver();
    expect(await alerts()).toEqual([]);
    const [known] = await rows<{ native_id: string }>("select native_id from posts");
    const number = known?.native_id.split("_")[1] ?? "";
    await enter(`https://www.facebook.com/somepage/posts/${number}`);
    await world.deliver();
    expect(await alerts()).toEqual([
      { cause: `same_post:meta:${known?.native_id}`, severity: "HIGH", advertiser_id: null, count: 1 },
    ]);
    world.advance(7 * 3_600_000);
    await enter("https://www.facebook.com/somepage/posts/778899001122334");
    await world.deliver();
    expect(await alerts()).toHaveLength(1);
  });
});
