import { beforeEach, describe, expect, it } from "vitest";
import {
  autocompleteOf,
  buttonsOf,
  commandOf,
  interact,
  linked,
  OPERATOR,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, row, rows, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const MINUTE = 60_000;

let world: World;
let affiliate: Account;
let campaign: string;
let submission: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
  campaign = await aCampaign(world);
  const receipt = await submit(world, { key: affiliate.key, campaignId: campaign });
  submission = receipt.submission_id;
  world.sent.splice(0);
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;
const update = (options: Record<string, string | number>, branch: string | null = null) =>
  interact(world, commandOf(world, "update", { post: submission, ...options }), branch);
const states = () =>
  rows<{ views: number; status: string | null }>(
    `select a.views, r.state, r.status, r.logs from affiliate_reports a join reconciliations r on r.report_id = a.id
      order by a.id`,
  );

describe("/claim update", () => {
  it("takes newer numbers of a post, and says that they came from Discord", async () => {
    world.advance(MINUTE);
    const answer = await update({ views: 1_300, clicks: 4, evidence: "Seen at noon" }, "taken");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("New numbers received");
    expect(textOf(answer)).toContain("You claim **1,300 views**, **4 clicks**.");
    expect(buttonsOf(answer)).toEqual([`v1:status:${submission}`]);
    const report = await row<{ id: string; evidence: string }>(
      "select * from affiliate_reports order by id desc limit 1",
    );
    expect(report).toMatchObject({ views: 1_300, clicks: 4, conversions: null, method: "DISCORD" });
    expect(JSON.parse(report?.evidence ?? "")).toEqual({ note: "Seen at noon" });
    expect(world.sent.map(({ message }) => message.ids)).toEqual([[report?.id]]);
  });

  it.each([
    { why: "its address", post: () => url(1) },
    { why: "another spelling of its address", post: () => `youtube.com/watch?v=${videoId(1)}&feature=share` },
    { why: "its id with blanks around it", post: () => ` ${submission} ` },
  ])("finds the post by $why", async ({ post }) => {
    expect(textOf(await update({ post: post(), views: 1_300 }))).toContain("New numbers received");
    expect(await rows("select id from affiliate_reports where submission_id = ?", submission)).toHaveLength(
      2,
    );
  });

  it("takes the newest entry of a post that is in several campaigns", async () => {
    const second = await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
    await update({ post: url(1), views: 9 });
    expect(await row("select submission_id from affiliate_reports where views = 9")).toEqual({
      submission_id: second.submission_id,
    });
  });

  it.each([
    { minutes: 15, superseded: true },
    { minutes: 15 + 1 / 60_000, superseded: false },
  ])(
    "after $minutes minutes replaces what was claimed: $superseded, as over REST",
    async ({ minutes, superseded }) => {
      const first = { state: superseded ? "final" : "open", status: superseded ? "SUPERSEDED" : null };
      const expected = [
        { views: 1_000, ...first, logs: superseded ? 1 : 0 },
        { views: 1_300, state: "open", status: null, logs: 0 },
      ];
      const other = await submit(world, { key: affiliate.key, campaignId: campaign, video: videoId(2) });
      world.advance(minutes * MINUTE);
      await update({ views: 1_300 });
      const here = await states();
      expect(here.filter((_, n) => n !== 1)).toEqual(expected);
      await world.request("PUT", `/api/v1/submissions/${other.submission_id}/metrics`, {
        key: affiliate.key,
        body: { claimed_views: 1_300 },
      });
      expect((await states()).filter((_, n) => n % 2 === 1)).toEqual(expected);
    },
  );

  it("does not replace what was judged meanwhile", async () => {
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    world.advance(2_000);
    await submit(world, { key: affiliate.key, campaignId: campaign, video: videoId(9) });
    const { id } = (await row<{ id: string }>("select min(id) as id from affiliate_reports")) ?? { id: "" };
    world.sent.splice(0);
    await world.ctx.queues.send("normal", [
      { v: 1, kind: "reports", ids: [id], manual: false, origin: { requestId: "req_1", traceparent: "" } },
    ]);
    await world.deliver();
    await update({ views: 1_300 });
    expect((await states())[0]).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it("says what stands out: a number that fell", async () => {
    expect(textOf(await update({ views: 10 }))).toContain("a number lower than last time");
  });

  it.each([
    { why: "no post of theirs", post: url(7), words: "Not found" },
    { why: "an entry of nobody", post: "sub_00000000000000000000000000", words: "Not found" },
    { why: "what is neither an id nor an address", post: "my video", words: "Choose one of your posts" },
    {
      why: "an id of something else",
      post: "cmp_00000000000000000000000000",
      words: "Choose one of your posts",
    },
    {
      why: "a share link, which may be anybody's",
      post: "https://vm.tiktok.com/ZMabc123/",
      words: "Share links are not followed here: choose the post from the list.",
    },
    { why: "nothing", post: " ", words: "Choose one of your posts" },
  ])("refuses $why", async ({ post, words }) => {
    const answer = await update({ post, views: 1_300 }, "refused");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain(words);
    expect(await rows("select id from affiliate_reports")).toHaveLength(1);
  });

  it("refuses a claim of nothing", async () => {
    expect(textOf(await update({}))).toContain("Claim at least one number.");
    expect(await rows("select id from affiliate_reports")).toHaveLength(1);
  });
});

describe("the choices of a post", () => {
  const choices = async (typed: string, user?: string) => {
    const sender = { focused: "post", ...(user === undefined ? {} : { user }) };
    const body = autocompleteOf(world, "update", sender, { post: typed });
    const answer = await interact(world, body, typed === "" && !user ? "some" : null);
    if (answer.type !== 8) throw new Error(`not choices but ${answer.type}`);
    return answer.data.choices;
  };
  const entitle = (title: string) => row("update submissions set title = ? where id = ?", title, submission);

  it("are the affiliate's own, newest first, by what they are called", async () => {
    await entitle("My best video");
    const second = await submit(world, { key: affiliate.key, campaignId: campaign, video: videoId(2) });
    const other = await linked(await anAffiliate(world), ROBIN);
    await submit(world, { key: other.key, campaignId: campaign, video: videoId(3) });
    expect(await choices("")).toEqual([
      { name: `YouTube · ${videoId(2)} · Campaign ${campaign}`, value: second.submission_id },
      { name: `YouTube · My best video · Campaign ${campaign}`, value: submission },
    ]);
    expect(await choices("", ROBIN)).toHaveLength(1);
    expect(await choices("", OPERATOR)).toEqual([]);
  });

  it.each(["BEST", "100%", "'s \"", "🎬", "vid00000001", "youtube.com", "campaign cmp"])(
    "are found by part of title, address or campaign: %s",
    async (typed) => {
      await entitle('100% Mason\'s "best" 🎬');
      await submit(world, { key: affiliate.key, campaignId: await aCampaign(world), video: videoId(2) });
      expect((await choices(typed)).map(({ value }) => value)).toContain(submission);
    },
  );

  it.each([
    { why: "what means anything elsewhere", typed: "%" },
    { why: "what nothing is called", typed: "nothing of that name" },
    { why: "half a character", typed: "\ud800" },
    { why: "nothing that is seen", typed: "\u0000" },
  ])("are none for $why", async ({ typed }) => {
    expect(await choices(typed)).toEqual([]);
  });

  it("are at most 25", async () => {
    for (let n = 2; n < 29; n++) {
      await submit(world, { key: affiliate.key, campaignId: campaign, video: videoId(n) });
    }
    expect(await choices("")).toHaveLength(25);
  });

  it("show as much of a long name as Discord does, on one line", async () => {
    await entitle(`Two\nlines ${"🎬".repeat(95)}`);
    const [choice] = await choices("");
    expect(choice?.name.length).toBeLessThanOrEqual(100);
    expect(choice?.name).toMatch(/^YouTube · Two lines 🎬+…$/u);
    expect(choice?.name.isWellFormed()).toBe(true);
  });

  it("are none where nothing is typed that has choices", async () => {
    const answer = await interact(world, autocompleteOf(world, "me", { focused: "x" }, { x: "" }), "none");
    expect(answer).toEqual({ type: 8, data: { choices: [] } });
  });
});
