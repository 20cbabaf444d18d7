import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { PLATFORMS } from "../../src/platforms/lookup.ts";
import { connect, OWNERS_PLATFORMS, postOf, tell } from "../support/connecting.ts";
import { aCampaign, anAffiliate, everyRow, refusalOf, row } from "../support/fixtures.ts";
import { trackCampaign } from "../support/tracked-rows.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

interface Receipt {
  submission_id: string;
  external_id: string;
  notices: { code: string; metrics: string[]; detail: string }[];
}

async function aStage() {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { platforms: [...PLATFORMS] });
  const send = (body: Record<string, unknown>, path = "/submissions") =>
    world.request("POST", `/api/v1${path}`, {
      key: affiliate.key,
      body: { campaign_id: campaignId, claimed_likes: 10, ...body },
    });
  const submit = async (body: Record<string, unknown>): Promise<Receipt> => {
    const response = await send(body);
    expect(response.status).toBe(201);
    return response.json();
  };
  return { world, affiliate, campaignId, send, submit };
}

const codesOf = ({ notices }: Receipt) => notices.map(({ code, metrics }) => [code, ...metrics]);

describe("the notices of a receipt", () => {
  it.each([
    { platform: "youtube", claimed: { claimed_views: 1 }, notices: [] },
    { platform: "youtube", claimed: { claimed_shares: 0 }, notices: [["metric_not_verifiable", "shares"]] },
    {
      platform: "youtube",
      claimed: { claimed_clicks: 1, claimed_conversions: 1 },
      notices: [["metric_not_verifiable", "clicks", "conversions"]],
    },
    { platform: "reddit", claimed: { claimed_views: 1 }, notices: [["metric_not_verifiable", "views"]] },
    { platform: "reddit", claimed: { claimed_comments: 1 }, notices: [] },
    { platform: "tiktok", claimed: {}, notices: [["account_not_connected"]] },
    {
      platform: "tiktok",
      claimed: { claimed_clicks: 1 },
      notices: [["metric_not_verifiable", "clicks"], ["account_not_connected"]],
    },
    {
      platform: "linkedin",
      claimed: { claimed_clicks: 1, claimed_conversions: 1 },
      notices: [
        ["metric_not_verifiable", "conversions"],
        ["metric_not_on_every_post", "clicks"],
        ["account_not_connected"],
      ],
    },
    {
      platform: "meta",
      claimed: { claimed_conversions: 1 },
      notices: [["metric_not_on_every_post", "conversions"], ["account_not_connected"]],
    },
  ])("of $claimed on $platform are $notices", async ({ platform, claimed, notices }) => {
    const { submit } = await aStage();
    expect(codesOf(await submit({ url: postOf(platform).url, ...claimed }))).toEqual(notices);
  });

  it("say what the link counts from now on, once, and nothing of it where the platform shows it too", async () => {
    const { world, affiliate, submit, campaignId } = await aStage();
    await trackCampaign(campaignId, null);
    const clicks = { claimed_clicks: 1, claimed_conversions: 1 };
    const first = await submit({ url: postOf("youtube").url, ...clicks });
    expect(first.notices).toEqual([
      {
        code: "metric_not_verifiable",
        metrics: ["conversions"],
        detail: expect.stringContaining("YouTube never shows conversions"),
      },
      {
        code: "metric_counted_by_link",
        metrics: ["clicks"],
        detail:
          "The tracked link of this submission counts clicks from now on: that checks later claims, not this one.",
      },
    ]);
    await trackCampaign(campaignId);
    const newer = await world.request("PUT", `/api/v1/submissions/${first.submission_id}/metrics`, {
      key: affiliate.key,
      body: clicks,
    });
    expect(await newer.json()).toMatchObject({ notices: [] });
    expect(codesOf(await submit({ url: postOf("linkedin").url, claimed_clicks: 1 }))).toEqual([
      ["metric_counted_by_link", "clicks"],
      ["account_not_connected"],
    ]);
  });

  it.each(OWNERS_PLATFORMS)("say of %s what to do, until an account is connected", async (platform) => {
    const { world, affiliate, submit } = await aStage();
    const { notices, submission_id } = await submit({ url: postOf(platform, 1).url });
    expect(notices).toEqual([
      {
        code: "account_not_connected",
        metrics: [],
        detail: expect.stringContaining(`Connect the account with POST /api/v1/connect/${platform};`),
      },
    ]);
    await connect(world, await anAffiliate(world), platform);
    expect(codesOf(await submit({ url: postOf(platform, 2).url }))).toEqual([["account_not_connected"]]);
    await connect(world, affiliate, platform, `${platform === "linkedin" ? "urn:li:person:" : ""}777001`);
    expect((await submit({ url: postOf(platform, 3).url })).notices).toEqual([]);
    const newer = await world.request("PUT", `/api/v1/submissions/${submission_id}/metrics`, {
      key: affiliate.key,
      body: { claimed_likes: 11 },
    });
    expect(await newer.json()).toMatchObject({ notices: [] });
  });

  it.each(["lapsed", "leaving"])("ask for a connection again once the account is %s", async (state) => {
    const { world, affiliate, submit } = await aStage();
    const id = await connect(world, affiliate, "tiktok");
    await row("update connected_accounts set state = ? where id = ? returning id", state, id);
    expect(codesOf(await submit({ url: postOf("tiktok").url }))).toEqual([["account_not_connected"]]);
  });

  it("are in the receipt of newer numbers too", async () => {
    const { world, affiliate, submit } = await aStage();
    const { submission_id } = await submit({ url: postOf("tiktok").url });
    const newer = await world.request("PUT", `/api/v1/submissions/${submission_id}/metrics`, {
      key: affiliate.key,
      body: { claimed_clicks: 3 },
    });
    expect(newer.status).toBe(200);
    expect(codesOf(await newer.json())).toEqual([
      ["metric_not_verifiable", "clicks"],
      ["account_not_connected"],
    ]);
  });
});

const LINK = "https://vm.tiktok.com/ZMabcdef1/";

describe("a share link", () => {
  it("is followed to the post it stands for", async () => {
    const { world, submit } = await aStage();
    await tell(world, "/links", { url: LINK, location: postOf("tiktok", 7).url });
    expect(await submit({ url: LINK })).toMatchObject({ external_id: postOf("tiktok", 7).externalId });
    const admin = await issueKey(world, "admin", null);
    const video = postOf("youtube", 7);
    const short = "https://t.co/abcdef1234";
    await tell(world, "/links", { url: short, location: video.url });
    const fetched = await world.request("POST", "/api/v1/platforms/youtube/fetch", {
      key: admin,
      body: { url: short },
    });
    expect([fetched.status, await fetched.json()]).toMatchObject([200, { external_id: video.externalId }]);
  });

  const ASKING = [
    { what: "submitPost", path: "/submissions", role: "affiliate" },
    { what: "submitPostAsAffiliate", path: "/affiliates/submissions", role: "affiliate" },
    { what: "fetchPost", path: "/platforms/tiktok/fetch", role: "admin" },
  ] as const;
  const FAILURES = [
    { why: "whose host is out is to be tried again later", status: 503, expected: 503 },
    { why: "whose host throttles us is to be tried again later", status: 429, expected: 503 },
    { why: "that leads nowhere is refused for good", status: 404, expected: 422 },
  ];

  it.each(ASKING.flatMap((asking) => FAILURES.map((failure) => ({ ...asking, ...failure }))))(
    "$why, and nothing happens: $what",
    async ({ path, role, status, expected }) => {
      const { world, send } = await aStage();
      const admin = await issueKey(world, "admin", null);
      await tell(world, "/links", { url: LINK, status });
      const before = await everyRow();
      const response =
        role === "admin"
          ? await world.request("POST", `/api/v1${path}`, { key: admin, body: { url: LINK } })
          : await send({ url: LINK }, path);
      expect(response.headers.get("retry-after")).toBe(expected === 503 ? "30" : null);
      expect(await refusalOf(response)).toEqual({
        status: expected,
        code: expected === 503 ? "temporarily_unavailable" : "validation_failed",
        pointers: ["#/url"],
      });
      expect(await everyRow()).toBe(before);
      expect(world.sent).toEqual([]);
    },
  );
});
