import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  anOperator,
  autocompleteOf,
  commandOf,
  interact,
  linked,
  MASON,
  OPERATOR,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, row, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let affiliate: Account;
let campaign: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world, { trust: 730_000 }));
  campaign = await aCampaign(world);
});

const judge = async (video: string, views: number) => {
  await world.setPost("youtube", video, { metrics: { views } });
  world.advance(2_000);
  await world.deliver();
};

describe("/claim me", () => {
  const me = async () => textOf(await interact(world, commandOf(world, "me"), "shown"));

  it("shows trust, accuracy and what is pending", async () => {
    expect(await me()).toContain("**Trust** 0.73");
    expect(await me()).toContain("No verdicts yet");
    const { key } = affiliate;
    for (const n of [1, 2, 3]) await submit(world, { key, campaignId: campaign, video: videoId(n) });
    expect(await me()).toContain("**3** being checked");
    await judge(videoId(1), 1_000);
    const text = await me();
    expect(text).toMatch(/\*\*\d\*\* of \d reports matched/);
    expect(text).toContain(`Affiliate ${affiliate.id}`.replaceAll("_", "\\_"));
  });

  it("says that the account is suspended", async () => {
    await row("update affiliates set status = 'suspended'");
    expect(await me()).toContain("Your account is suspended");
  });
});

describe("/claim leaderboard", () => {
  const board = async (of = campaign, branch = "shown") =>
    textOf(await interact(world, commandOf(world, "leaderboard", { campaign: of }), branch));

  /** What an affiliate's posts were seen to have, as the rollups say it. */
  async function standing(id: string, views: number, knownViews = 1): Promise<void> {
    await env.DB.prepare(
      "insert into rollups (campaign_id, affiliate_id, day, platform, posts, known_views, views) values (?, ?, 0, '', 2, ?, ?)",
    )
      .bind(campaign, id, knownViews, views)
      .run();
  }

  it("says that nobody has posts yet", async () => {
    expect(await board(campaign, "empty")).toContain("Nobody has posts here yet");
  });

  it("ranks by the views that the platforms showed, the caller's own marked", async () => {
    const other = await anAffiliate(world);
    await standing(affiliate.id, 1_500);
    await standing(other.id, 2_500);
    const lines = (await board()).split("\n").filter((line) => line.includes("views"));
    expect(lines[0]).toMatch(/^🥇 Affiliate .* · 2,500 views · 2 posts$/);
    expect(lines[1]).toMatch(/^🥈 \*\*Affiliate .* \(you\)\*\* · 1,500 views · 2 posts$/);
  });

  it("shows the caller's own place below the first ten", async () => {
    for (let n = 0; n < 12; n++) await standing((await anAffiliate(world)).id, 1_000 + n);
    await standing(affiliate.id, 7);
    const lines = (await board()).split("\n").filter((line) => line.includes(" posts"));
    expect(lines).toHaveLength(11);
    expect(lines[10]).toMatch(/^\*\*13\\\.\*\* \*\*Affiliate .* \(you\)\*\* · 7 views/);
  });

  it("shows unknown views as unknown, not as none", async () => {
    await standing(affiliate.id, 0, 0);
    expect(await board()).toContain("views unknown");
  });

  it.each([
    { why: "by its name", of: () => `CAMPAIGN ${campaign}` },
    { why: "by its id", of: () => campaign },
  ])("finds the campaign $why", async ({ of }) => {
    expect(await board(of())).toContain("🏆");
  });

  it("shows a campaign that has ended by its id", async () => {
    await row("update campaigns set status = 'ENDED'");
    expect(await board()).toContain("🏆");
  });

  it.each([
    { why: "nobody's", of: async () => "cmp_00000000000000000000000000" },
    { why: "one for others", of: async () => aCampaign(world, { access: "invite" }) },
    { why: "a name of none", of: async () => "Autumn" },
    { why: "nothing", of: async () => " " },
  ])("does not know $why", async ({ of }) => {
    expect(await board(await of(), "refused")).toContain("no such campaign");
  });

  it("asks which of two campaigns of one name is meant", async () => {
    await aCampaign(world);
    await row("update campaigns set name = 'Summer'");
    expect(await board("summer", "refused")).toContain("Several campaigns have this name.");
  });

  it("offers the campaigns that are open, and none to strangers", async () => {
    const ask = (user: string) =>
      interact(
        world,
        autocompleteOf(world, "leaderboard", { focused: "campaign", user }, { campaign: "camp" }),
        user === MASON ? "some" : "none",
      );
    expect(await ask(MASON)).toMatchObject({ type: 8, data: { choices: [{ value: campaign }] } });
    expect(await ask(ROBIN)).toEqual({ type: 8, data: { choices: [] } });
  });
});

describe("/claim help", () => {
  const help = async (user: string) =>
    textOf(await interact(world, commandOf(world, "help", {}, { user }), "shown"));

  it("begins for a stranger with how to link", async () => {
    expect(await help(ROBIN)).toContain("/link");
    expect(await help(ROBIN)).not.toContain("/register");
    expect(await help(ROBIN)).not.toContain("/desk");
  });

  it("names /register where anybody may open an account", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    expect(await help(ROBIN)).toContain("/register");
  });

  it("shows an affiliate what there is to do", async () => {
    expect(await help(MASON)).toContain("/claim submit");
    expect(await help(MASON)).not.toContain("First:");
  });

  it("shows an operator the desk", async () => {
    await anOperator(world);
    expect(await help(OPERATOR)).toContain("/desk alerts");
  });
});
