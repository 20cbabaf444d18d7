import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { tick } from "../../src/queues/tick.ts";
import { aCrowd } from "../support/crowd.ts";
import { aCampaign, anAdvertiser, anAffiliate, row, rows, submit, videoId } from "../support/fixtures.ts";
import { createWorld, issueKey, START, type World } from "../support/world.ts";

afterEach(() => reset());

const MINUTE = 60_000;

const PATHS = ["/api/v1/submissions", "/api/v1/affiliates/submissions"];

async function aStage(options: Parameters<typeof aCampaign>[1] = {}) {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, options);
  const body = { campaign_id: campaignId, url: `https://youtu.be/${videoId(1)}`, claimed_views: 1_000 };
  const post = (changes: Record<string, unknown> = {}, more: { key?: string } = {}) =>
    world.request("POST", "/api/v1/submissions", {
      key: affiliate.key,
      body: { ...body, ...changes },
      ...more,
    });
  return { world, affiliate, campaignId, body, post };
}

interface ProblemAnswer {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  submission_id?: string;
  errors?: { pointer: string; detail: string }[];
}

async function problemOf(response: Response): Promise<ProblemAnswer> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem: ProblemAnswer = await response.json();
  expect(problem.status).toBe(response.status);
  return problem;
}

/** How many rows a submission could have left behind. */
const storedRows = () =>
  row(`select (select count(*) from posts) as posts, (select count(*) from submissions) as submissions,
    (select count(*) from affiliate_reports) as reports, (select count(*) from reconciliations) as reconciliations,
    (select count(*) from rollups) as rollups, (select count(*) from alerts) as alerts`);

const NOTHING = { posts: 0, submissions: 0, reports: 0, reconciliations: 0, rollups: 0, alerts: 0 };

async function expectNothingHappened(world: World) {
  expect(await storedRows()).toEqual(NOTHING);
  expect(world.sent).toEqual([]);
}

describe("a submission", () => {
  it.each(PATHS)("at %s is answered with its receipt, stored, and sent to its lane", async (path) => {
    const { world, affiliate, campaignId, body } = await aStage();
    const response = await world.request("POST", path, {
      key: affiliate.key,
      body: {
        ...body,
        url: `https://www.youtube.com/shorts/${videoId(1)}?si=x`,
        platform: "youtube",
        claimed_clicks: 0,
        title: "  A title ",
        description: "Two\nlines",
        evidence: { screenshot: "https://example.com/a.png" },
      },
    });
    expect(response.status).toBe(201);
    const receipt = await response.json<{ submission_id: string; report_id: string }>();
    expect(receipt).toEqual({
      submission_id: expect.stringMatching(/^sub_[0-9A-Z]{26}$/),
      report_id: expect.stringMatching(/^rep_[0-9A-Z]{26}$/),
      post_id: expect.stringMatching(/^pst_[0-9A-Z]{26}$/),
      platform: "youtube",
      external_id: videoId(1),
      canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
      status: "PENDING",
      lane: "normal",
      suspicion_flags: [],
      contested: false,
      notices: [
        {
          code: "metric_not_verifiable",
          metrics: ["clicks"],
          detail: expect.stringContaining("YouTube never shows clicks"),
        },
      ],
      submitted_at: "2026-06-01T12:00:00.000Z",
      tracked_link: expect.stringMatching(/^https:\/\/claimcheck\.test\/go\/[0-9a-hjkmnp-tv-z]{10}$/),
    });
    expect(await row("select * from submissions")).toMatchObject({
      id: receipt.submission_id,
      campaign_id: campaignId,
      affiliate_id: affiliate.id,
      submitted_url: `https://www.youtube.com/shorts/${videoId(1)}?si=x`,
      title: "A title",
      description: "Two\nlines",
    });
    expect(await row("select * from affiliate_reports")).toMatchObject({
      claimed_at: START,
      views: 1_000,
      clicks: 0,
      conversions: null,
      evidence: '{"screenshot":"https://example.com/a.png"}',
      method: "API",
    });
    expect(await row("select * from reconciliations")).toMatchObject({
      state: "open",
      status: null,
      lane: "normal",
    });
    expect(await row("select submissions, reports from rollups")).toEqual({ submissions: 1, reports: 1 });
    expect(world.sent.map(({ lane, message }) => [lane, message.kind, message.ids, message.manual])).toEqual([
      ["normal", "reports", [receipt.report_id], false],
    ]);
  });

  it("of an affiliate of low trust goes to the urgent lane", async () => {
    const { world, post } = await aStage();
    const doubtful = await anAffiliate(world, { trust: 499_999 });
    expect(await (await post({}, { key: doubtful.key })).json()).toMatchObject({ lane: "urgent" });
  });

  it("is flagged for a funnel that cannot be, and looked at first", async () => {
    const { post } = await aStage();
    expect(await (await post({ claimed_clicks: 1_001, claimed_conversions: 1 })).json()).toMatchObject({
      lane: "urgent",
      suspicion_flags: ["high_ctr", "clicks_exceed_views"],
    });
  });

  it.each([
    { views: 49_999, flags: [] },
    { views: 50_000, flags: ["large_claim_without_evidence"] },
  ])("of $views views without evidence is flagged $flags", async ({ views, flags }) => {
    const { post } = await aStage();
    expect(await (await post({ claimed_views: views })).json()).toMatchObject({ suspicion_flags: flags });
  });

  it("of exactly 2^53 - 1 views is stored to the digit", async () => {
    const { post } = await aStage();
    expect((await post({ claimed_views: Number.MAX_SAFE_INTEGER })).status).toBe(201);
    expect(await row("select cast(views as text) as views from affiliate_reports")).toEqual({
      views: "9007199254740991",
    });
  });

  it("is answered 201 although the queue fails, and the sweep finds it after the grace", async () => {
    const { world, post } = await aStage();
    const send = world.ctx.queues.send;
    world.ctx.queues.send = () => Promise.reject(new Error("queue is down"));
    const response = await post();
    expect(response.status).toBe(201);
    const { report_id } = await response.json<{ report_id: string }>();
    expect(world.sent).toEqual([]);
    world.ctx.queues.send = send;

    world.advance(world.ctx.config.ENQUEUE_GRACE_SECONDS * 1_000 - 1);
    await tick(world.ctx);
    expect(world.sent).toEqual([]);
    world.advance(1);
    await tick(world.ctx);
    expect(world.sent.map(({ lane, message }) => [lane, message.ids])).toEqual([["bulk", [report_id]]]);
  });
});

describe("a body that is not valid is refused with a pointer, and nothing is stored", () => {
  it.each([
    { why: "an unknown field", changes: { claimed_saves: 1 }, pointer: "#/claimed_saves" },
    { why: "a negative count", changes: { claimed_views: -1 }, pointer: "#/claimed_views" },
    { why: "a fraction", changes: { claimed_views: 1.5 }, pointer: "#/claimed_views" },
    { why: "a count beyond 2^53 - 1", changes: { claimed_views: 2 ** 53 }, pointer: "#/claimed_views" },
    { why: "a number in a string", changes: { claimed_views: "1000" }, pointer: "#/claimed_views" },
    { why: "null for a count", changes: { claimed_views: null }, pointer: "#/claimed_views" },
    { why: "no metric at all", changes: { claimed_views: undefined }, pointer: "#/claimed_views" },
    { why: "no campaign", changes: { campaign_id: undefined }, pointer: "#/campaign_id" },
    { why: "a campaign id of another kind", changes: { campaign_id: "aff_1" }, pointer: "#/campaign_id" },
    { why: "no address", changes: { url: undefined }, pointer: "#/url" },
    { why: "an empty address", changes: { url: "" }, pointer: "#/url" },
    { why: "an address that is none", changes: { url: "not an address" }, pointer: "#/url" },
    {
      why: "an address that is no post",
      changes: { url: "https://www.youtube.com/@someone" },
      pointer: "#/url",
    },
    { why: "a site nobody knows", changes: { url: "https://example.com/1" }, pointer: "#/url" },
    {
      why: "an address of 2,049 characters",
      changes: { url: `https://youtu.be/${"a".repeat(2_032)}` },
      pointer: "#/url",
    },
    { why: "another platform than the address", changes: { platform: "x" }, pointer: "#/platform" },
    { why: "a platform nobody knows", changes: { platform: "myspace" }, pointer: "#/platform" },
    { why: "a title of 201 characters", changes: { title: "a".repeat(201) }, pointer: "#/title" },
    { why: "a control character", changes: { title: "a\u0000b" }, pointer: "#/title" },
    { why: "evidence that is a list", changes: { evidence: [1] }, pointer: "#/evidence" },
    { why: "too much evidence", changes: { evidence: { a: "x".repeat(16_384) } }, pointer: "#/evidence" },
    {
      why: "an instant without a zone",
      changes: { claimed_at: "2026-06-01T12:00:00" },
      pointer: "#/claimed_at",
    },
    { why: "an instant as a number", changes: { claimed_at: START }, pointer: "#/claimed_at" },
  ])("$why", async ({ changes, pointer }) => {
    const { world, post } = await aStage();
    const response = await post(changes);
    expect(response.status).toBe(422);
    const problem = await problemOf(response);
    expect(problem.code).toBe("validation_failed");
    expect([...new Set(problem.errors?.map((error) => error.pointer))]).toEqual([pointer]);
    await expectNothingHappened(world);
  });

  it("all bad fields at once are all named", async () => {
    const { post } = await aStage();
    const problem = await problemOf(await post({ claimed_views: -1, claimed_clicks: "2", nonsense: true }));
    expect(problem.errors?.map((error) => error.pointer).toSorted()).toEqual([
      "#/claimed_clicks",
      "#/claimed_views",
      "#/nonsense",
    ]);
  });
});

describe("a body that cannot be read is refused before anything looks at it", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

  it.each([
    { why: "malformed JSON", raw: '{"url":', type: "application/json", status: 400, code: "bad_request" },
    {
      why: "nesting of 33 levels",
      raw: nested(33),
      type: "application/json",
      status: 400,
      code: "bad_request",
    },
    {
      why: "another content type",
      raw: "a=1",
      type: "text/plain",
      status: 415,
      code: "unsupported_media_type",
    },
    {
      why: "more than 1 MiB",
      raw: JSON.stringify({ title: "x".repeat(1_048_576) }),
      type: "application/json",
      status: 413,
      code: "payload_too_large",
    },
  ])("$why: $status", async ({ raw, type, status, code }) => {
    const { world, affiliate } = await aStage();
    const response = await world.request("POST", "/api/v1/submissions", {
      key: affiliate.key,
      body: raw,
      headers: { "content-type": type },
    });
    expect(response.status).toBe(status);
    expect((await problemOf(response)).code).toBe(code);
    await expectNothingHappened(world);
  });

  it("nesting of 32 levels is read", async () => {
    const { world, affiliate } = await aStage();
    const response = await world.request("POST", "/api/v1/submissions", {
      key: affiliate.key,
      body: nested(32),
    });
    expect(response.status).toBe(422);
  });
});

describe("the campaign decides whether it takes a submission", () => {
  it.each([
    {
      why: "ended",
      options: { status: "ENDED" },
      status: 409,
      code: "campaign_not_open",
      pointer: "#/campaign_id",
    },
    {
      why: "paused",
      options: { status: "PAUSED" },
      status: 409,
      code: "campaign_not_open",
      pointer: "#/campaign_id",
    },
    {
      why: "beginning in 1 ms",
      options: { startsAt: START + 1 },
      status: 409,
      code: "campaign_not_open",
      pointer: "#/campaign_id",
    },
    {
      why: "over this very instant",
      options: { endsAt: START },
      status: 409,
      code: "campaign_not_open",
      pointer: "#/campaign_id",
    },
    {
      why: "by invitation",
      options: { access: "invite" },
      status: 404,
      code: "not_found",
      pointer: "#/campaign_id",
    },
    {
      why: "without this platform",
      options: { platforms: ["x"] },
      status: 422,
      code: "validation_failed",
      pointer: "#/url",
    },
  ] as const)("$why: $status $code", async ({ options, status, code, pointer }) => {
    const { world, post } = await aStage({
      ...options,
      platforms: [...("platforms" in options ? options.platforms : ["youtube"])],
    });
    const response = await post();
    expect(response.status).toBe(status);
    const problem = await problemOf(response);
    expect(problem.code).toBe(code);
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
    await expectNothingHappened(world);
  });

  it.each([
    { why: "beginning now", options: { startsAt: START } },
    { why: "over in 1 ms", options: { endsAt: START + 1 } },
  ])("$why: 201", async ({ options }) => {
    expect((await (await aStage(options)).post()).status).toBe(201);
  });

  it("by invitation, to an invited affiliate: 201", async () => {
    const { affiliate, campaignId, post } = await aStage({ access: "invite" });
    await rows("insert into campaign_affiliates values (?, ?, ?)", campaignId, affiliate.id, START);
    expect((await post()).status).toBe(201);
  });

  it("unknown: 404", async () => {
    const { world, post } = await aStage();
    const response = await post({ campaign_id: world.ctx.ids("cmp") });
    expect((await problemOf(response)).code).toBe("not_found");
    expect(response.status).toBe(404);
    await expectNothingHappened(world);
  });

  it("with the platform switched off: 409", async () => {
    const { world, post } = await aStage();
    await rows("insert into platforms (platform, enabled, updated_at) values ('youtube', 0, ?)", START);
    const response = await post();
    expect(response.status).toBe(409);
    expect((await problemOf(response)).code).toBe("conflict");
    await expectNothingHappened(world);
  });
});

describe("the affiliates' own address", () => {
  it("decides like the other: 201, the same post again 409, an unknown campaign 404", async () => {
    const { world, affiliate, body } = await aStage();
    const post = (changes: Record<string, unknown> = {}) =>
      world.request("POST", "/api/v1/affiliates/submissions", {
        key: affiliate.key,
        body: { ...body, ...changes },
      });
    const first = await post();
    expect(first.status).toBe(201);
    const { submission_id } = await first.json<{ submission_id: string }>();
    const duplicate = await problemOf(await post());
    expect(duplicate).toMatchObject({ status: 409, code: "duplicate_submission", submission_id });
    const unknown = await problemOf(await post({ campaign_id: world.ctx.ids("cmp") }));
    expect(unknown).toMatchObject({ status: 404, code: "not_found" });
    expect(await storedRows()).toMatchObject({ submissions: 1, reports: 1 });
  });
});

describe("who may submit", () => {
  it("nobody without a key: 401", async () => {
    const { world, body } = await aStage();
    for (const path of PATHS) {
      const response = await world.request("POST", path, { body });
      expect(response.status).toBe(401);
      expect((await problemOf(response)).code).toBe("unauthenticated");
    }
    await expectNothingHappened(world);
  });

  it("neither an advertiser nor an admin: 403", async () => {
    const { world, post } = await aStage();
    const keys = [(await anAdvertiser(world)).key, await issueKey(world, "admin", null)];
    for (const key of keys) {
      const response = await post({}, { key });
      expect(response.status).toBe(403);
      expect((await problemOf(response)).code).toBe("forbidden");
    }
    await expectNothingHappened(world);
  });

  it("no suspended affiliate: 403", async () => {
    const { world, post } = await aStage();
    const suspended = await anAffiliate(world, { status: "suspended" });
    const response = await post({}, { key: suspended.key });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).detail).toBe("This account is suspended.");
    await expectNothingHappened(world);
  });
});

describe("the same post again", () => {
  it("by the same affiliate, in any spelling, is a duplicate that names the first and stores nothing", async () => {
    const { world, post } = await aStage();
    const first = await (await post()).json<{ submission_id: string }>();
    const before = await storedRows();
    world.sent.splice(0);
    const response = await post({
      url: `https://m.youtube.com/watch?v=${videoId(1)}&utm_source=x`,
      claimed_views: 5,
    });
    expect(response.status).toBe(409);
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ code: "duplicate_submission", submission_id: first.submission_id });
    expect(await storedRows()).toEqual(before);
    expect(world.sent).toEqual([]);
  });

  it("by the same affiliate in another campaign is no duplicate and no contest", async () => {
    const { world, post } = await aStage();
    await post();
    const response = await post({ campaign_id: await aCampaign(world) });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ contested: false });
  });

  it("by a second affiliate is accepted, marks both contested and raises one alert that counts", async () => {
    const { world, affiliate, campaignId, post } = await aStage();
    await post();
    const [second, third] = [await anAffiliate(world), await anAffiliate(world)];
    const receipt = await submit(world, { key: second.key, campaignId });
    expect(receipt.contested).toBe(true);
    expect(await rows("select affiliate_id, contested from submissions order by id")).toEqual([
      { affiliate_id: affiliate.id, contested: 1 },
      { affiliate_id: second.id, contested: 1 },
    ]);
    expect(await rows("select cause, category, status, count from alerts")).toEqual([
      { cause: `contested:${receipt.post_id}`, category: "FRAUD", status: "OPEN", count: 1 },
    ]);
    await submit(world, { key: third.key, campaignId });
    expect(await rows("select cause, count from alerts")).toEqual([
      { cause: `contested:${receipt.post_id}`, count: 2 },
    ]);
    expect(await row("select claimants from posts")).toEqual({ claimants: 3 });
  });

  it("sent twenty times at once is stored once", async () => {
    const { post } = await aStage();
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await post()).status));
    expect(statuses.toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await storedRows()).toMatchObject({ posts: 1, submissions: 1, reports: 1, reconciliations: 1 });
  });
});

describe("a claim from ahead of our clock", () => {
  it.each([4 * MINUTE, 5 * MINUTE])("by %i ms counts as now and is flagged", async (ahead) => {
    const { post } = await aStage();
    const response = await post({ claimed_at: new Date(START + ahead).toISOString() });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      lane: "urgent",
      suspicion_flags: ["claimed_ahead_of_time"],
    });
    expect(await row("select claimed_at from affiliate_reports")).toEqual({ claimed_at: START });
  });

  it.each([5 * MINUTE + 1, 6 * MINUTE])("by %i ms is refused", async (ahead) => {
    const { world, post } = await aStage();
    const response = await post({ claimed_at: new Date(START + ahead).toISOString() });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).errors?.map(({ pointer }) => pointer)).toEqual(["#/claimed_at"]);
    await expectNothingHappened(world);
  });

  it("is not one for an instant in the past, whatever its offset", async () => {
    const { post } = await aStage();
    await post({ claimed_at: "2026-06-01T13:59:00+02:00" });
    expect(await row("select claimed_at from affiliate_reports")).toEqual({ claimed_at: START - MINUTE });
  });
});

describe("what a submission costs the database, its key included", () => {
  /** A new post of an affiliate who has others, then the same post by somebody else. */
  async function costs(world: World, key: string, campaignId: string) {
    const other = await anAffiliate(world);
    await submit(world, { key, campaignId, video: videoId(1) });
    world.takeUsage();
    await submit(world, { key, campaignId, video: videoId(2) });
    const fresh = world.takeUsage();
    await submit(world, { key: other.key, campaignId, video: videoId(2) });
    return { fresh, contested: world.takeUsage() };
  }

  it("is at most 2 trips, 25 rows read and 16 written, 20 if contested", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const { fresh, contested } = await costs(world, affiliate.key, campaignId);
    for (const { trips, rowsRead } of [fresh, contested]) {
      expect(trips).toBeLessThanOrEqual(2);
      expect(rowsRead).toBeLessThanOrEqual(25);
    }
    expect(fresh.rowsWritten).toBeLessThanOrEqual(16);
    expect(contested.rowsWritten).toBeLessThanOrEqual(20);
  });

  it("is the same among 1,000 other reports of the same affiliate and campaign", async () => {
    const few = await aStage();
    const expected = await costs(few.world, few.affiliate.key, few.campaignId);
    await reset();
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    const { world, affiliate, campaignId } = await aStage();
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 1_000, state: "open", status: null });
    expect(await costs(world, affiliate.key, campaignId)).toEqual(expected);
  });
});
