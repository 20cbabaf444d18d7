import { beforeEach, describe, expect, it } from "vitest";
import {
  anOperator,
  autocompleteOf,
  buttonsOf,
  commandOf,
  interact,
  linked,
  MASON,
  OPERATOR,
  pressOf,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, row, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let affiliate: Account;
let submission: string;
let report: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
  const receipt = await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
  [submission, report] = [receipt.submission_id, receipt.report_id];
});

const url = `https://youtu.be/${videoId(1)}`;
const status = (post: string, branch: string | null = null) =>
  interact(world, commandOf(world, "status", { post }), branch);

async function judged(views: number): Promise<void> {
  await world.setPost("youtube", videoId(1), { metrics: { views } });
  world.advance(2_000);
  await world.deliver();
}

describe("/claim status", () => {
  it.each([
    { why: "its id", post: () => submission },
    { why: "its address", post: () => url },
  ])("shows by $why that a claim is being checked", async ({ post }) => {
    const answer = await status(post(), "shown");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("Being checked");
    expect(textOf(answer)).toContain("1,000");
    expect(buttonsOf(answer)).toEqual([`v1:status:${submission}`]);
  });

  it.each([
    { views: 1_000, words: "Matched" },
    { views: 900, words: "Above what YouTube shows" },
    { views: 500, words: "Claimed more than YouTube shows" },
  ])("shows the verdict of 1,000 claimed views where there are $views", async ({ views, words }) => {
    await judged(views);
    const text = textOf(await status(submission));
    expect(text).toContain(words);
    expect(text).toContain(views.toLocaleString("en-US"));
  });

  it("shows the latest claim of a post", async () => {
    await interact(world, commandOf(world, "update", { post: submission, views: 1_300 }));
    expect(textOf(await status(submission))).toContain("1,300");
  });

  it("shows an operator whose it is, with a button to judge it again", async () => {
    await anOperator(world);
    const answer = await interact(
      world,
      commandOf(world, "status", { post: submission }, { user: OPERATOR }),
      "operator",
    );
    expect(textOf(answer)).toContain("Affiliate aff");
    expect(buttonsOf(answer)).toEqual([`v1:status:${submission}`, `v1:recheck:${report}`]);
  });

  it("shows somebody who is an affiliate and an operator their own claim first, as its creator", async () => {
    await anOperator(world, MASON);
    const other = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const theirs = await submit(world, { key: other.key, campaignId, claimed: { claimed_views: 7_777 } });
    const own = await status(url, "shown");
    expect(textOf(own)).toContain("1,000");
    expect(buttonsOf(own)).toEqual([`v1:status:${submission}`]);
    const others = await status(theirs.submission_id, "operator");
    expect(textOf(others)).toContain("7,777");
    expect(buttonsOf(others)).toEqual([
      `v1:status:${theirs.submission_id}`,
      `v1:recheck:${theirs.report_id}`,
    ]);
  });

  it("shows them the newest of others where they claimed nothing themselves", async () => {
    await anOperator(world, ROBIN);
    await linked(await anAffiliate(world), ROBIN);
    const newer = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await submit(world, { key: newer.key, campaignId, claimed: { claimed_views: 7_777 } });
    const ask = (post: string) => interact(world, commandOf(world, "status", { post }, { user: ROBIN }));
    expect(textOf(await ask(url))).toContain("7,777");
    expect(textOf(await ask(`https://youtu.be/${videoId(2)}`))).toContain("You have no such post.");
  });

  it.each([
    { post: "my video", words: "Choose one of your posts" },
    { post: `https://youtu.be/${videoId(2)}`, words: "You have no such post." },
    { post: "sub_00000000000000000000000000", words: "You have no such post." },
  ])("does not know $post", async ({ post, words }) => {
    const answer = await status(post, "refused");
    expect(textOf(answer)).toContain(words);
    expect(answer.type).toBe(4);
  });

  it("offers the caller's posts, and none to strangers", async () => {
    const ask = (user?: string) =>
      interact(
        world,
        autocompleteOf(world, "status", { focused: "post", ...(user ? { user } : {}) }, { post: "" }),
        user ? "none" : "some",
      );
    expect(await ask()).toMatchObject({ type: 8, data: { choices: [{ value: submission }] } });
    expect(await ask(ROBIN)).toEqual({ type: 8, data: { choices: [] } });
  });
});

describe("the button that shows a claim anew", () => {
  it("takes the place of the message it is on, with what is known by now", async () => {
    await judged(1_000);
    const answer = await interact(world, pressOf(world, `v1:status:${submission}`), "shown");
    expect(answer.type).toBe(7);
    expect(textOf(answer)).toContain("Matched");
  });

  it("tells somebody else alone that it is not theirs, and leaves the message", async () => {
    await linked(await anAffiliate(world), ROBIN);
    const answer = await interact(
      world,
      pressOf(world, `v1:status:${submission}`, { user: ROBIN }),
      "refused",
    );
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).not.toContain("1,000");
  });

  it("writes what affiliates wrote as they wrote it, and mentions nobody", async () => {
    await row("update submissions set title = ?", "**@everyone** [click](https://evil.test) <@1> `x`");
    const answer = await status(submission);
    expect(textOf(answer)).toContain("\\*\\*@\u200beveryone\\*\\* \\[click\\]\\(https\\://evil.test\\)");
    expect(answer).toMatchObject({ data: { allowed_mentions: { parse: [] } } });
  });
});

describe("the button that shows the claim of a report", () => {
  const press = (id: string, user = MASON, branch: string | null = null) =>
    interact(world, pressOf(world, `v1:claim:${id}:alr_00000000000000000000000000`, { user }), branch);

  it("shows it to its owner and to operators, in a message of its own", async () => {
    await judged(500);
    const own = await press(report, MASON, "shown");
    expect(own).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(own)).toContain("Claimed more than YouTube shows");
    expect(buttonsOf(own)).toEqual([`v1:status:${submission}`]);
    await anOperator(world);
    const theirs = await press(report, OPERATOR, "operator");
    expect(theirs.type).toBe(4);
    expect(buttonsOf(theirs)).toEqual([`v1:status:${submission}`, `v1:recheck:${report}`]);
  });

  it("shows the claim it is about, also when there is a newer one", async () => {
    await judged(1_000);
    await interact(world, commandOf(world, "update", { post: submission, views: 1_300 }));
    expect(textOf(await press(report))).toContain("1,000");
    expect(textOf(await press(report))).not.toContain("1,300");
  });

  it.each(["", "nonsense", "rep_00000000000000000000000000", "' or 1=1"])("finds none of %o", async (id) => {
    const answer = await press(id, MASON, "refused");
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).toContain("Not found");
  });

  it("is nobody else's", async () => {
    await linked(await anAffiliate(world), ROBIN);
    expect(textOf(await press(report, ROBIN))).toContain("Not found");
  });
});
