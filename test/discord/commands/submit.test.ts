import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  autocompleteOf,
  buttonsOf,
  commandOf,
  interact,
  linked,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, row, rows, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let affiliate: Account;
let campaign: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
  campaign = await aCampaign(world);
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;

describe("/claim submit", () => {
  it("takes a post with its numbers, as REST does, and says that it came from Discord", async () => {
    const answer = await interact(
      world,
      commandOf(world, "submit", { url: url(1), campaign, views: 1_200, clicks: 30 }),
      "taken",
    );
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("1,200");
    const report = await row<{
      views: number;
      clicks: number;
      conversions: null;
      method: string;
      id: string;
    }>("select * from affiliate_reports");
    expect(report).toMatchObject({ views: 1_200, clicks: 30, conversions: null, method: "DISCORD" });
    expect(await row("select * from submissions")).toMatchObject({
      affiliate_id: affiliate.id,
      campaign_id: campaign,
    });
    expect(world.sent.map(({ message }) => message.ids)).toEqual([[report?.id]]);
  });

  it("answers with the tracked link of the post, if the campaign says where to", async () => {
    const silent = await interact(world, commandOf(world, "submit", { url: url(1), campaign, views: 1 }));
    expect(textOf(silent)).not.toContain("/go/");
    await env.DB.prepare("update campaigns set landing_url = 'https://shop.example/'").run();
    const answer = await interact(world, commandOf(world, "submit", { url: url(2), campaign, views: 1 }));
    const link = await row<{ code: string }>(
      "select code from tracked_links order by created_at desc, submission_id desc",
    );
    expect(textOf(answer)).toContain(`https://claimcheck.test/go/${link?.code} `);
  });

  it("takes every number that REST takes", async () => {
    const claimed = { views: 1_200, clicks: 30, conversions: 2, likes: 400, comments: 50, shares: 6 };
    const answer = await interact(world, commandOf(world, "submit", { url: url(1), campaign, ...claimed }));
    for (const words of [
      "1,200 views",
      "30 clicks",
      "2 conversions",
      "400 likes",
      "50 comments",
      "6 shares",
    ]) {
      expect(textOf(answer)).toContain(words);
    }
    expect(await row("select * from affiliate_reports")).toMatchObject(claimed);
  });

  it.each(["likes", "comments", "shares"])(
    "takes %s alone, zero too, and nothing else of it",
    async (metric) => {
      const taken = await interact(world, commandOf(world, "submit", { url: url(1), campaign, [metric]: 0 }));
      expect(textOf(taken)).toContain("Received");
      expect(await row("select * from affiliate_reports")).toMatchObject({ views: null, [metric]: 0 });
      const refused = await interact(
        world,
        commandOf(world, "submit", { url: url(2), campaign, [metric]: -1 }),
        "refused",
      );
      expect(textOf(refused)).toContain(`**${metric}** must be a whole number`);
      expect(await rows("select * from submissions")).toHaveLength(1);
    },
  );

  it("costs two round trips", async () => {
    const body = commandOf(world, "submit", { url: url(1), campaign, views: 1_200 });
    world.takeUsage();
    await interact(world, body);
    expect(world.takeUsage().trips).toBe(2);
  });

  it("shows what became of a post when its interaction comes again, and takes it once", async () => {
    const body = commandOf(world, "submit", { url: url(1), campaign, views: 1_200 });
    await interact(world, body);
    world.takeUsage();
    const again = await interact(world, body);
    expect(world.takeUsage().trips).toBe(2);
    expect(textOf(again)).toContain("1,200");
    expect(await rows("select * from affiliate_reports")).toHaveLength(1);
  });

  it("takes one of two deliveries at the same moment", async () => {
    const body = commandOf(world, "submit", { url: url(1), campaign, views: 1_200 });
    await Promise.all([interact(world, body), interact(world, body)]);
    expect(await rows("select * from affiliate_reports")).toHaveLength(1);
  });

  it("finds a campaign by its name, and refuses a name that is none or not the only one", async () => {
    const named = await interact(
      world,
      commandOf(world, "submit", { url: url(1), campaign: `campaign ${campaign}`, views: 5 }),
    );
    expect(textOf(named)).toContain("Campaign cmp");
    const none = await interact(
      world,
      commandOf(world, "submit", { url: url(2), campaign: "Autumn", views: 5 }),
    );
    expect(textOf(none)).toContain("no such campaign");
    expect(await rows("select * from submissions")).toHaveLength(1);
  });

  it("says that a post was submitted before, with a button that shows it", async () => {
    await interact(world, commandOf(world, "submit", { url: url(1), campaign, views: 1_200 }));
    const { id } = (await row<{ id: string }>("select id from submissions")) ?? { id: "" };
    const twice = await interact(
      world,
      commandOf(world, "submit", { url: url(1), campaign, views: 1_300 }),
      "duplicate",
    );
    expect(textOf(twice)).toContain("already submitted");
    expect(buttonsOf(twice)).toContain(`v1:status:${id}`);
  });

  it("refuses a claim of nothing", async () => {
    const answer = await interact(world, commandOf(world, "submit", { url: url(1), campaign }));
    expect(textOf(answer)).toContain("Claim at least one number.");
    expect(await rows("select * from submissions")).toEqual([]);
  });

  it("tells who is not linked how to link, and stores no claim", async () => {
    const answer = await interact(
      world,
      commandOf(world, "submit", { url: url(1), campaign, views: 1 }, { user: ROBIN }),
    );
    expect(textOf(answer)).toContain("not linked");
    expect(await rows("select * from submissions")).toEqual([]);
  });

  it("offers the campaigns that take the post", async () => {
    const reddit = await aCampaign(world, { platforms: ["reddit"] });
    const answer = await interact(
      world,
      autocompleteOf(world, "submit", { focused: "campaign" }, { url: url(1), campaign: "CAMPAIGN" }),
      "some",
    );
    expect(answer).toEqual({
      type: 8,
      data: { choices: [{ name: `Campaign ${campaign}`, value: campaign }] },
    });
    const any = await interact(
      world,
      autocompleteOf(world, "submit", { focused: "campaign" }, { campaign: "" }),
    );
    expect(any).toMatchObject({ data: { choices: [{ value: reddit }, { value: campaign }] } });
    const stranger = await interact(
      world,
      autocompleteOf(world, "submit", { focused: "campaign", user: ROBIN }, { campaign: "" }),
      "none",
    );
    expect(stranger).toEqual({ type: 8, data: { choices: [] } });
  });

  it("keeps how to tell the verdict, its token sealed", async () => {
    const body = commandOf(world, "submit", { url: url(1), campaign, views: 1_200 });
    await interact(world, body);
    const claim = await row<{
      token: string;
      interaction_id: string;
      token_expires_at: number;
    }>("select * from discord_claims");
    expect(claim).toMatchObject({
      interaction_id: body.id,
      token_expires_at: world.now + 15 * 60_000,
    });
    expect(claim?.token).not.toContain(body.token);
    expect(await world.ctx.box?.open(claim?.token ?? "", `discord_interaction:${body.id}`)).toBe(body.token);
  });
});

describe("the choices of a campaign", () => {
  const choices = async (typed: string, more: Record<string, string> = {}) => {
    const options = { ...more, campaign: typed };
    const answer = await interact(world, autocompleteOf(world, "submit", { focused: "campaign" }, options));
    if (answer.type !== 8) throw new Error(`not choices but ${answer.type}`);
    return answer.data.choices;
  };
  const rename = (id: string, name: string) => row("update campaigns set name = ? where id = ?", name, id);

  it.each([
    { name: "100 % Summer", typed: "100 %" },
    { name: "Under_score", typed: "r_s" },
    { name: 'Winter\'s "Sale"', typed: "'s \"sa" },
    { name: "🎬 Film", typed: "🎬" },
    { name: "back\\slash", typed: "\\" },
    { name: "<b>bold</b>", typed: "<b>" },
  ])("are found by $typed as it is written", async ({ name, typed }) => {
    await rename(campaign, name);
    await aCampaign(world);
    expect(await choices(typed)).toEqual([{ name, value: campaign }]);
  });

  it.each([
    { why: "what means anything elsewhere", typed: "%" },
    { why: "what means any letter elsewhere", typed: "_____________" },
    { why: "SQL", typed: "' or 1=1 --" },
    { why: "half a character", typed: "\ud800" },
    { why: "a very long text", typed: "x".repeat(6_000) },
    { why: "nothing that is seen", typed: "\u0000" },
  ])("are none for $why", async ({ typed }) => {
    expect(await choices(typed)).toEqual([]);
  });

  it("are all that are open to the affiliate, newest first, at most 25", async () => {
    for (let n = 0; n < 26; n++) await aCampaign(world);
    await aCampaign(world, { access: "invite" });
    await aCampaign(world, { status: "PAUSED" });
    await aCampaign(world, { status: "ENDED" });
    await aCampaign(world, { startsAt: world.now + 1 });
    await aCampaign(world, { endsAt: world.now });
    const all = await rows<{ id: string }>(
      "select id from campaigns where status = 'ACTIVE' and access = 'open' and starts_at < ? and ends_at is null order by id desc",
      world.now,
    );
    expect(await choices("")).toHaveLength(25);
    expect((await choices("")).map(({ value }) => value)).toEqual(all.slice(0, 25).map(({ id }) => id));
  });

  it("are those of everybody and those that the affiliate was invited to", async () => {
    const invited = await aCampaign(world, { access: "invite" });
    await row("insert into campaign_affiliates values (?, ?, 0)", invited, affiliate.id);
    expect((await choices("")).map(({ value }) => value)).toEqual([invited, campaign]);
  });

  it("show a name as long as Discord shows, and of one that has nothing to show the id", async () => {
    await rename(campaign, `${"n".repeat(98)}🎬${"n".repeat(98)}`);
    const [long] = await choices("nnn");
    expect(long?.name.length).toBeLessThanOrEqual(100);
    expect(long).toEqual({ name: `${"n".repeat(98)}…`, value: campaign });
    await rename(campaign, "\u200b");
    expect(await choices("")).toEqual([{ name: campaign, value: campaign }]);
  });

  it("are any while the address names no platform", async () => {
    const reddit = await aCampaign(world, { platforms: ["reddit"] });
    for (const typed of ["", "https://example.com", "vm.tiktok.com/x", "youtu"]) {
      expect((await choices("", { url: typed })).map(({ value }) => value)).toEqual([reddit, campaign]);
    }
  });
});
