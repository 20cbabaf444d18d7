import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Refusal, refusalCard } from "../../../src/discord/cards/refusal-card.ts";
import { commandOf, interact, linked, modalOf, textOf } from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import {
  type Account,
  aCampaign,
  anAffiliate,
  everyRow,
  rows,
  submit,
  videoId,
} from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const NOBODYS = "cmp_00000000000000000000000000";
const DAY = 86_400_000;

let world: World;
let affiliate: Account;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
});

interface Claim {
  url?: string;
  campaign?: string;
  views?: number;
}

interface BadInput {
  why: string;
  claim(): Claim | Promise<Claim>;
  /** Whether both say the very same; otherwise the code is the same, and the words fit an option instead of a JSON body. */
  words: "same" | "own";
  before?(): Promise<unknown>;
}

const url = (n: number) => `https://youtu.be/${videoId(n)}`;
const inCampaign =
  (options = {}) =>
  async () => ({ campaign: await aCampaign(world, options) });
const atUrl = (bad: string) => () => ({ url: bad });
const claiming = (views: number) => () => ({ views });

const BAD: BadInput[] = [
  { why: "no web address", claim: atUrl("ftp://youtu.be/x"), words: "same" },
  { why: "an address of nothing known", claim: atUrl("https://example.com/post/1"), words: "same" },
  { why: "an address with a user", claim: atUrl("https://youtube.com@evil.test/watch?v=x"), words: "same" },
  { why: "an address with a port", claim: atUrl("https://youtube.com:8443/watch?v=x"), words: "same" },
  { why: "an address with blanks", claim: atUrl("https://youtu.be/a b"), words: "same" },
  { why: "a channel", claim: atUrl("https://www.youtube.com/@mason"), words: "same" },
  { why: "a shortener", claim: atUrl("https://bit.ly/abc"), words: "same" },
  {
    why: "an address of letters that look alike",
    claim: atUrl("https://уoutube.com/watch?v=x"),
    words: "same",
  },
  { why: "a very long address", claim: atUrl(`https://youtu.be/${"x".repeat(2_100)}`), words: "own" },
  { why: "a blank for an address", claim: atUrl(" "), words: "same" },
  { why: "a campaign of nobody", claim: () => ({ campaign: NOBODYS }), words: "same" },
  { why: "a campaign for others", claim: inCampaign({ access: "invite" }), words: "same" },
  { why: "a paused campaign", claim: inCampaign({ status: "PAUSED" }), words: "same" },
  { why: "an ended campaign", claim: inCampaign({ status: "ENDED" }), words: "same" },
  {
    why: "a campaign that begins tomorrow",
    claim: async () => ({ campaign: await aCampaign(world, { startsAt: world.now + DAY }) }),
    words: "same",
  },
  {
    why: "a campaign that ended in time",
    claim: async () => ({ campaign: await aCampaign(world, { endsAt: world.now }) }),
    words: "same",
  },
  { why: "a campaign of other platforms", claim: inCampaign({ platforms: ["reddit"] }), words: "same" },
  {
    why: "a platform that is switched off",
    claim: () => ({}),
    words: "same",
    before: () =>
      env.DB.prepare("insert into platforms (platform, enabled, updated_at) values ('youtube', 0, 0)").run(),
  },
  {
    why: "a suspended account",
    claim: () => ({}),
    words: "same",
    before: () => rows("update affiliates set status = 'suspended'"),
  },
  { why: "less than nothing", claim: claiming(-1), words: "own" },
  { why: "half a view", claim: claiming(1.5), words: "own" },
  { why: "more than is exact", claim: claiming(2 ** 53), words: "own" },
];

/** The problem that REST answers; anything else fails the test. */
async function refusedOverRest({ url, campaign, views }: Required<Claim>): Promise<Refusal> {
  const body = { campaign_id: campaign, url, claimed_views: views };
  const response = await world.request("POST", "/api/v1/submissions", { key: affiliate.key, body });
  if (response.ok) throw new Error("REST took it");
  const problem: Partial<Refusal> & { submission_id?: string } = await response.json();
  const { code = "internal", detail = "", errors = [], submission_id: first } = problem;
  return { code, detail, errors, extensions: first === undefined ? {} : { submission_id: first } };
}

const titleOf = (text: string) => text.split("\n")[0];

describe("the same rules as over REST", () => {
  it.each(BAD)("refuse $why", async ({ claim, words, before }) => {
    const campaign = await aCampaign(world);
    const given = { url: url(1), campaign, views: 5, ...(await claim()) };
    await before?.();
    const stored = await everyRow();
    const refusal = await refusedOverRest(given);
    expect(await everyRow()).toBe(stored);
    const answer = await interact(world, commandOf(world, "submit", given), "refused");
    expect(answer.type).toBe(4);
    const [text, expected] = [textOf(answer), textOf(refusalCard(refusal, ""))];
    if (words === "same") expect(text).toBe(expected);
    else expect(titleOf(text)).toBe(titleOf(expected));
    expect(await rows("select * from affiliate_reports")).toEqual([]);
    expect(world.sent).toEqual([]);
  });

  it("refuse a post that was entered, and name the entry", async () => {
    const campaign = await aCampaign(world);
    await submit(world, { key: affiliate.key, campaignId: campaign });
    const given = { url: url(1), campaign, views: 5 };
    const refusal = await refusedOverRest(given);
    const answer = await interact(world, commandOf(world, "submit", given));
    expect(textOf(answer)).toBe(textOf(refusalCard(refusal, "")));
    expect(JSON.stringify(answer)).toContain(`v1:status:${refusal.extensions.submission_id}`);
  });

  it("refuse newer numbers after the claims closed", async () => {
    const campaign = await aCampaign(world, { claimsCloseAt: world.now + 1 });
    const { submission_id: post } = await submit(world, { key: affiliate.key, campaignId: campaign });
    world.advance(1);
    const response = await world.request("PUT", `/api/v1/submissions/${post}/metrics`, {
      key: affiliate.key,
      body: { claimed_views: 9 },
    });
    const problem: Refusal = await response.json();
    expect(problem.code).toBe("claims_closed");
    const expected = textOf(refusalCard({ ...problem, errors: [], extensions: {} }, ""));
    expect(textOf(await interact(world, commandOf(world, "update", { post, views: 9 })))).toBe(expected);
  });

  it("take what was entered into a campaign that is paused since", async () => {
    const campaign = await aCampaign(world);
    const { submission_id: post } = await submit(world, { key: affiliate.key, campaignId: campaign });
    await rows("update campaigns set status = 'PAUSED'");
    expect(textOf(await interact(world, commandOf(world, "update", { post, views: 9 })))).toContain(
      "9 views",
    );
  });

  it("contest a post that two affiliates claim", async () => {
    const campaign = await aCampaign(world);
    const other = await anAffiliate(world);
    await submit(world, { key: other.key, campaignId: campaign });
    const answer = await interact(world, commandOf(world, "submit", { url: url(1), campaign, views: 5 }));
    expect(textOf(answer)).toContain("Contested");
    expect(await rows("select contested from submissions")).toEqual([{ contested: 1 }, { contested: 1 }]);
  });

  it("flag what is suspicious, and judge it first", async () => {
    const campaign = await aCampaign(world);
    const given = { url: url(1), campaign, views: 10, clicks: 500 };
    expect(textOf(await interact(world, commandOf(world, "submit", given)))).toContain(
      "more clicks than views",
    );
    expect(world.sent.map(({ lane }) => lane)).toEqual(["urgent"]);
  });
});

describe("a number that is none", () => {
  it.each([
    { metric: "views", typed: "1.2k" },
    { metric: "clicks", typed: "-1" },
    { metric: "conversions", typed: "a few" },
  ])("is named: $metric $typed", async ({ metric, typed }) => {
    const campaign = await aCampaign(world);
    const fields = { url: url(1), campaign: [campaign], views: "10", [metric]: typed };
    const text = textOf(await interact(world, modalOf(world, "v1:report:1:2", fields), "refused"));
    expect(text).toContain(`**${metric}** must be a whole number such as 12000`);
    expect(await rows("select * from affiliate_reports")).toEqual([]);
  });
});
