import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { aCrowd, crowdId } from "../support/crowd.ts";
import { aCampaign, anAdvertiser, anAffiliate, row, rows, submit, videoId } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { ownLink, trackCampaign, writeClicks, writeMeasured } from "../support/tracked-rows.ts";
import { clicksOfDay, ordersOfDay } from "../support/traffic.ts";
import { createWorld, issueKey, START, type World } from "../support/world.ts";

afterEach(() => reset());

const V1 = "/api/v1";
const MINUTE = 60_000;

/** A campaign of one advertiser with a submission of one affiliate, and somebody else of each kind. */
async function aStage(options: Parameters<typeof aCampaign>[1] = {}) {
  const world = createWorld();
  const [advertiser, otherAdvertiser] = [await anAdvertiser(world), await anAdvertiser(world)];
  const [affiliate, otherAffiliate] = [await anAffiliate(world), await anAffiliate(world)];
  const admin = await issueKey(world, "admin", null);
  const campaignId = await aCampaign(world, { ...options, advertiserId: advertiser.id });
  const receipt = await submit(world, {
    key: affiliate.key,
    campaignId,
    more: { title: "A title", description: "A description", evidence: { a: 1 } },
  });
  return { world, advertiser, otherAdvertiser, affiliate, otherAffiliate, admin, campaignId, receipt };
}

const UNKNOWN = { views: null, clicks: null, conversions: null, likes: null, comments: null, shares: null };

async function get<T = Record<string, unknown>>(world: World, path: string, key: string): Promise<T> {
  const response = await world.request("GET", V1 + path, { key });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

interface Listed {
  data: { submission_id: string; report: { status: string } }[];
  next_cursor: string | null;
}

const idsOf = ({ data }: Listed) => data.map(({ submission_id }) => submission_id);

async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ code: string }>()).code;
}

describe("PUT /submissions/{id}/metrics", () => {
  const put = (world: World, id: string, key: string | undefined, body: unknown = { claimed_views: 1_100 }) =>
    world.request("PUT", `${V1}/submissions/${id}/metrics`, { key, body });

  it("answers the receipt of a new report", async () => {
    const { world, affiliate, receipt } = await aStage();
    world.advance(MINUTE);
    const response = await put(world, receipt.submission_id, affiliate.key);
    expect(response.status).toBe(200);
    const updated = await response.json<{ report_id: string }>();
    expect(updated).toEqual({
      submission_id: receipt.submission_id,
      report_id: expect.stringMatching(/^rep_/),
      post_id: receipt.post_id,
      platform: "youtube",
      external_id: videoId(1),
      canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
      status: "PENDING",
      lane: "normal",
      suspicion_flags: [],
      contested: false,
      notices: [],
      submitted_at: "2026-06-01T12:01:00.000Z",
    });
    expect(updated.report_id).not.toBe(receipt.report_id);
  });

  it.each([
    { why: "an unknown field", body: { claimed_views: 1, title: "x" }, pointer: "#/title" },
    { why: "no metric", body: { evidence: {} }, pointer: "#/claimed_views" },
    { why: "a negative count", body: { claimed_views: -1 }, pointer: "#/claimed_views" },
    {
      why: "a claim from the future",
      body: { claimed_views: 1, claimed_at: new Date(START + 5 * MINUTE + 1).toISOString() },
      pointer: "#/claimed_at",
    },
  ])("refuses $why with a pointer", async ({ body, pointer }) => {
    const { world, affiliate, receipt } = await aStage();
    const response = await put(world, receipt.submission_id, affiliate.key, body);
    expect(response.status).toBe(422);
    const { errors } = await response.json<{ errors: { pointer: string }[] }>();
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
    expect(await row("select count(*) as n from affiliate_reports")).toEqual({ n: 1 });
  });

  it("refuses a stranger, another role, a suspended affiliate, and does not know what is somebody else's", async () => {
    const { world, affiliate, otherAffiliate, advertiser, receipt } = await aStage();
    const id = receipt.submission_id;
    const answers = async (key: string | undefined, submissionId = id) => {
      const response = await put(world, submissionId, key);
      return [response.status, await codeOf(response)];
    };
    expect(await answers(undefined)).toEqual([401, "unauthenticated"]);
    expect(await answers(advertiser.key)).toEqual([403, "forbidden"]);
    expect(await answers(otherAffiliate.key)).toEqual([404, "not_found"]);
    expect(await answers(affiliate.key, world.ctx.ids("sub"))).toEqual([404, "not_found"]);
    expect(await answers(affiliate.key, "sub_1")).toEqual([422, "validation_failed"]);
    await rows("update affiliates set status = 'suspended' where id = ?", affiliate.id);
    expect(await answers(affiliate.key)).toEqual([403, "forbidden"]);
    expect(await row("select count(*) as n from affiliate_reports")).toEqual({ n: 1 });
  });

  it.each([
    { status: "ACTIVE", claimsCloseAt: null, answer: 200 },
    { status: "PAUSED", claimsCloseAt: null, answer: 200 },
    { status: "ENDED", claimsCloseAt: START + 1, answer: 200 },
    { status: "ENDED", claimsCloseAt: START, answer: 409 },
    { status: "PAUSED", claimsCloseAt: START, answer: 409 },
    { status: "ACTIVE", claimsCloseAt: START - 1, answer: 409 },
  ] as const)(
    "answers $answer in a campaign that is $status and closes its claims at $claimsCloseAt",
    async ({ status, claimsCloseAt, answer }) => {
      const { world, affiliate, campaignId, receipt } = await aStage();
      await rows(
        "update campaigns set status = ?, claims_close_at = ? where id = ?",
        status,
        claimsCloseAt,
        campaignId,
      );
      const response = await put(world, receipt.submission_id, affiliate.key);
      expect(response.status).toBe(answer);
      if (answer === 409) expect(await codeOf(response)).toBe("claims_closed");
      expect(await row("select count(*) as n from affiliate_reports")).toEqual({ n: answer === 200 ? 2 : 1 });
    },
  );

  it("is at most 3 trips to the database, the key included", async () => {
    const { world, affiliate, receipt } = await aStage();
    world.takeUsage();
    await put(world, receipt.submission_id, affiliate.key);
    expect(world.takeUsage().trips).toBeLessThanOrEqual(3);
  });
});

describe("GET /submissions/{id}", () => {
  it("shows the post as last observed and the latest report as it stands", async () => {
    const { world, affiliate, campaignId, receipt } = await aStage();
    await world.setPost("youtube", videoId(1), {
      metrics: { views: 1_000, likes: 12, comments: null },
      author: { id: "channel-1", name: "Somebody" },
      published_at: "2026-05-31T00:00:00.000Z",
    });
    world.advance(2_000);
    await world.deliver();
    expect(await get(world, `/submissions/${receipt.submission_id}`, affiliate.key)).toEqual({
      submission_id: receipt.submission_id,
      campaign_id: campaignId,
      affiliate_id: affiliate.id,
      post_id: receipt.post_id,
      platform: "youtube",
      external_id: videoId(1),
      canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
      submitted_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
      title: "A title",
      description: "A description",
      contested: false,
      submitted_at: "2026-06-01T12:00:00.000Z",
      post: {
        post_id: receipt.post_id,
        platform: "youtube",
        external_id: videoId(1),
        canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
        state: "live",
        author: { id: "channel-1", name: "Somebody" },
        published_at: "2026-05-31T00:00:00.000Z",
        observed_at: "2026-06-01T12:00:02.000Z",
        metrics: { ...UNKNOWN, views: 1_000, likes: 12, comments: null },
      },
      report: {
        report_id: receipt.report_id,
        claimed_at: "2026-06-01T12:00:00.000Z",
        claimed: { ...UNKNOWN, views: 1_000 },
        suspicion_flags: [],
        state: "final",
        status: "MATCHED",
        level: null,
        next_look_at: null,
        evidence: { a: 1 },
        method: "API",
        created_at: "2026-06-01T12:00:00.000Z",
      },
      tracked_link: receipt.tracked_link,
      links: [expect.objectContaining({ url: receipt.tracked_link, own: true })],
      currency: null,
    });
  });

  it("shows all its links with what they counted, the one it was born with first, in two trips", async () => {
    const { world, affiliate, campaignId, receipt } = await aStage();
    world.advance(1_000);
    const body = { submission_id: receipt.submission_id, label: "Story", sub_id: "s1" };
    const made = await world.request("POST", `${V1}/links`, { key: affiliate.key, body });
    const { code: second }: { code: string } = await made.json();
    const own = receipt.tracked_link.split("/").at(-1) ?? "";
    await clicksOfDay(own, 20_000, { human: 1, automated: 2, unique_human: 3, unique_automated: 4 });
    await clicksOfDay(own, 20_001, { human: 10 });
    await ordersOfDay(own, 20_001, { orders: 5, reversed: 1, value_minor: 600, refunded_minor: 70 });
    await env.DB.prepare(
      "update campaigns set currency = 'EUR', landing_url = 'https://shop.example/' where id = ?",
    )
      .bind(campaignId)
      .run();
    const none = { human: 0, automated: 0, unique_human: 0, unique_automated: 0 };
    const links = [
      {
        code: own,
        url: receipt.tracked_link,
        own: true,
        label: null,
        sub_id: null,
        created_at: "2026-06-01T12:00:00.000Z",
        clicks: { human: 11, automated: 2, unique_human: 3, unique_automated: 4 },
        conversions: { orders: 5, reversed: 1, value_minor: 600, refunded_minor: 70 },
      },
      {
        code: second,
        url: `https://claimcheck.test/go/${second}`,
        own: false,
        label: "Story",
        sub_id: "s1",
        created_at: "2026-06-01T12:00:01.000Z",
        clicks: none,
        conversions: null,
      },
    ];
    world.takeUsage();
    const path = `/submissions/${receipt.submission_id}`;
    expect(await get(world, path, affiliate.key)).toMatchObject({ links, currency: "EUR" });
    expect(world.takeUsage().trips).toBe(2);
    await env.DB.prepare("update campaigns set conversions_from = 0").run();
    const reported = { orders: 0, reversed: 0, value_minor: 0, refunded_minor: 0 };
    expect(await get(world, path, affiliate.key)).toMatchObject({
      links: [links[0], { ...links[1], conversions: reported }],
    });
  });

  it("does not take a link that leads nowhere for one that nobody followed", async () => {
    const { world, affiliate, receipt } = await aStage();
    const path = `/submissions/${receipt.submission_id}`;
    expect(await get(world, path, affiliate.key)).toMatchObject({ links: [{ clicks: null }] });
    await env.DB.prepare("update campaigns set landing_url = 'https://shop.example/'").run();
    const none = { human: 0, automated: 0, unique_human: 0, unique_automated: 0 };
    expect(await get(world, path, affiliate.key)).toMatchObject({ links: [{ clicks: none }] });
  });

  it("says that nothing is known of a post nobody has observed", async () => {
    const { world, affiliate, receipt } = await aStage();
    expect(await get(world, `/submissions/${receipt.submission_id}`, affiliate.key)).toMatchObject({
      post: { state: "unknown", author: null, published_at: null, observed_at: null, metrics: UNKNOWN },
      report: { state: "open", status: "PENDING", next_look_at: "2026-06-01T12:00:00.000Z" },
    });
  });

  it("is for its affiliate, the campaign's advertiser and an admin; nobody else knows it", async () => {
    const { world, affiliate, advertiser, admin, otherAffiliate, otherAdvertiser, receipt } = await aStage();
    for (const series of ["", "/metrics"]) {
      const path = `${V1}/submissions/${receipt.submission_id}${series}`;
      const statusFor = async (key?: string) => (await world.request("GET", path, { key })).status;
      for (const key of [affiliate.key, advertiser.key, admin]) expect(await statusFor(key)).toBe(200);
      for (const key of [otherAffiliate.key, otherAdvertiser.key]) expect(await statusFor(key)).toBe(404);
      expect(await statusFor()).toBe(401);
    }
  });

  it.each(["", "/metrics"])(
    "answers 404 to an id of nothing and 422 to what is no id (%s)",
    async (series) => {
      const { world, admin } = await aStage();
      const statusOf = async (id: string) =>
        (await world.request("GET", `${V1}/submissions/${id}${series}`, { key: admin })).status;
      expect(await statusOf(world.ctx.ids("sub"))).toBe(404);
      expect(await statusOf("sub_nothing")).toBe(422);
    },
  );
});

describe("GET /submissions/{id}/metrics", () => {
  it("tells claims, observations and verdicts, newest first", async () => {
    const { world, affiliate, receipt } = await aStage();
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    world.advance(2_000);
    await world.deliver();
    world.advance(60 * MINUTE);
    const { report_id } = await world
      .request("PUT", `${V1}/submissions/${receipt.submission_id}/metrics`, {
        key: affiliate.key,
        body: { claimed_views: 1_300 },
      })
      .then((response) => response.json<{ report_id: string }>());
    world.advance(2_000);
    await world.deliver();
    const path = `/submissions/${receipt.submission_id}/metrics`;
    expect(await get(world, path, affiliate.key)).toEqual({
      submission_id: receipt.submission_id,
      claims: [
        {
          report_id,
          claimed_at: "2026-06-01T13:00:02.000Z",
          claimed: { ...UNKNOWN, views: 1_300 },
          suspicion_flags: [],
          state: "final",
          status: "AFFILIATE_OVERCLAIMED",
          created_at: "2026-06-01T13:00:02.000Z",
        },
        expect.objectContaining({ report_id: receipt.report_id, status: "MATCHED" }),
      ],
      observations: [
        {
          source: "platform_api",
          observed_at: "2026-06-01T13:00:04.000Z",
          metrics: expect.objectContaining({ views: 1_000, clicks: null }),
          definition_version: expect.any(String),
        },
        expect.objectContaining({ observed_at: "2026-06-01T12:00:02.000Z" }),
      ],
      verdicts: [
        {
          report_id,
          n: 1,
          at: "2026-06-01T13:00:04.000Z",
          status: "AFFILIATE_OVERCLAIMED",
          level: "HIGH",
          direction: "over",
          final: true,
        },
        expect.objectContaining({ report_id: receipt.report_id, status: "MATCHED", level: null }),
      ],
    });
    const one = await get<Record<string, unknown[]>>(world, `${path}?limit=1`, affiliate.key);
    expect([one.claims, one.observations, one.verdicts].map((series) => series?.length)).toEqual([1, 1, 1]);
    expect(one.claims).toMatchObject([{ report_id }]);
  });

  it("orders the observations of all sources by time", async () => {
    const { world, affiliate, receipt } = await aStage();
    const observed = (at: number) =>
      rows(
        `insert into platform_reports (post_id, source, observed_at, clicks, definition_version, advanced)
          values (?, 'platform_api', ?, 1, 'v1', 0)`,
        receipt.post_id,
        at,
      );
    await observed(2);
    await writeMeasured(receipt.submission_id, 1, { clicks: 1 });
    await writeMeasured(receipt.submission_id, 3, { clicks: 1 });
    const { observations } = await get<{ observations: { source: string }[] }>(
      world,
      `/submissions/${receipt.submission_id}/metrics?limit=2`,
      affiliate.key,
    );
    expect(observations.map(({ source }) => source)).toEqual(["advertiser", "platform_api"]);
  });

  it("tells what its links counted as its claims were judged by it, also where its post is another's", async () => {
    const { world, affiliate, receipt, campaignId } = await aStage();
    await trackCampaign(campaignId);
    world.advance(60 * MINUTE);
    await writeClicks(await ownLink(receipt.submission_id), [{ at: world.now - MINUTE, times: 30 }]);
    await world.request("PUT", `${V1}/submissions/${receipt.submission_id}/metrics`, {
      key: affiliate.key,
      body: { claimed_clicks: 30, claimed_conversions: 0 },
    });
    await world.deliver();
    const path = `/submissions/${receipt.submission_id}/metrics`;
    const counted = {
      source: "tracking_link",
      observed_at: "2026-06-01T13:00:00.000Z",
      metrics: { ...UNKNOWN, clicks: 30, conversions: 0 },
      definition_version: "tracked-link-1",
    };
    const { observations } = await get<{ observations: unknown[] }>(world, path, affiliate.key);
    expect(observations).toContainEqual(counted);
    await rows("update posts set account_id = 'acc_of_somebody_else'");
    expect(await get(world, path, affiliate.key)).toMatchObject({ observations: [counted] });
  });

  it.each(["limit=0", "limit=201", "limit=x", "cursor=abc", "nonsense=1"])("refuses ?%s", async (query) => {
    const { world, admin, receipt } = await aStage();
    const path = `${V1}/submissions/${receipt.submission_id}/metrics?${query}`;
    expect((await world.request("GET", path, { key: admin })).status).toBe(422);
  });
});

describe.each(["/submissions", "/submissions/history"])("GET %s", (path) => {
  it("shows a submission with its latest report", async () => {
    const { world, affiliate, campaignId, receipt } = await aStage();
    expect(await get(world, path, affiliate.key)).toEqual({
      data: [
        {
          submission_id: receipt.submission_id,
          campaign_id: campaignId,
          affiliate_id: affiliate.id,
          post_id: receipt.post_id,
          platform: "youtube",
          external_id: videoId(1),
          canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
          submitted_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
          title: "A title",
          description: "A description",
          contested: false,
          submitted_at: "2026-06-01T12:00:00.000Z",
          report: {
            report_id: receipt.report_id,
            claimed_at: "2026-06-01T12:00:00.000Z",
            claimed: { ...UNKNOWN, views: 1_000 },
            suspicion_flags: [],
            state: "open",
            status: "PENDING",
            level: null,
            next_look_at: "2026-06-01T12:00:00.000Z",
          },
        },
      ],
      next_cursor: null,
    });
  });

  it("shows everybody only what is theirs", async () => {
    const { world, affiliate, otherAffiliate, advertiser, otherAdvertiser, admin, receipt } = await aStage();
    const foreign = await aCampaign(world, { advertiserId: otherAdvertiser.id });
    world.advance(1);
    const second = await submit(world, { key: otherAffiliate.key, campaignId: foreign, video: videoId(2) });
    const seenBy = async (key: string) => idsOf(await get<Listed>(world, path, key));
    expect(await seenBy(affiliate.key)).toEqual([receipt.submission_id]);
    expect(await seenBy(advertiser.key)).toEqual([receipt.submission_id]);
    expect(await seenBy(otherAffiliate.key)).toEqual([second.submission_id]);
    expect(await seenBy(otherAdvertiser.key)).toEqual([second.submission_id]);
    expect(await seenBy(admin)).toEqual([second.submission_id, receipt.submission_id]);
  });

  it("needs a key, known parameters and a cursor of its own", async () => {
    const { world, admin } = await aStage();
    const statusOf = async (query: string, key?: string) =>
      (await world.request("GET", `${V1}${path}${query}`, { key })).status;
    expect(await statusOf("")).toBe(401);
    for (const query of [
      "?nonsense=1",
      "?limit=0",
      "?limit=201",
      "?cursor=abc",
      "?status=GREAT",
      "?platform=ftp",
    ]) {
      expect(await statusOf(query, admin)).toBe(422);
    }
    expect(await statusOf("?limit=200", admin)).toBe(200);
  });
});

describe("a list of submissions", () => {
  /** Every page of a list, followed by its cursors. */
  async function allPages(
    world: World,
    query: string,
    key: string,
  ): Promise<{ ids: string[]; pages: number }> {
    const ids: string[] = [];
    let next: string | null = `/submissions?${query}`;
    let pages = 0;
    while (next !== null && pages < 100) {
      const listed: Listed = await get<Listed>(world, next, key);
      ids.push(...idsOf(listed));
      pages += 1;
      next = listed.next_cursor === null ? null : `/submissions?${query}&cursor=${listed.next_cursor}`;
    }
    return { ids, pages };
  }

  /** Three campaigns of one advertiser, one of another, with interleaved submissions of two affiliates. */
  async function aHouse() {
    const world = createWorld();
    const [advertiser, foreign] = [await anAdvertiser(world), await anAdvertiser(world)];
    const affiliates = [await anAffiliate(world), await anAffiliate(world)];
    const campaigns = [];
    for (const advertiserId of [advertiser.id, advertiser.id, advertiser.id, foreign.id]) {
      campaigns.push(await aCampaign(world, { advertiserId }));
    }
    for (let i = 0; i < 24; i++) {
      await aCrowd({
        campaignId: campaigns[i % 4] ?? "",
        affiliateId: affiliates[Math.floor(i / 4) % 2]?.id ?? "",
        count: 1,
        from: i,
        status: i % 3 === 0 ? null : "MATCHED",
        platform: i % 2 === 0 ? "youtube" : "x",
      });
    }
    return { world, advertiser, affiliates, campaigns, admin: await issueKey(world, "admin", null) };
  }

  const numbered = (predicate: (i: number) => boolean) =>
    Array.from({ length: 24 }, (_, i) => 23 - i)
      .filter(predicate)
      .map((i) => crowdId("sub", i));

  it("pages over all campaigns of an advertiser without gap or repeat", async () => {
    const { world, advertiser } = await aHouse();
    const expected = numbered((i) => i % 4 !== 3);
    for (const limit of [1, 4, 5, 18, 19]) {
      const { ids, pages } = await allPages(world, `limit=${limit}`, advertiser.key);
      expect(ids).toEqual(expected);
      expect(pages).toBe(Math.ceil(18 / limit));
    }
  });

  it("is narrowed by campaign, platform and status of the latest report", async () => {
    const { world, advertiser, affiliates, campaigns, admin } = await aHouse();
    const ids = async (query: string, key: string) => (await allPages(world, `limit=2&${query}`, key)).ids;
    expect(await ids(`campaign_id=${campaigns[1]}`, admin)).toEqual(numbered((i) => i % 4 === 1));
    expect(await ids(`campaign_id=${campaigns[1]}`, advertiser.key)).toEqual(numbered((i) => i % 4 === 1));
    expect(await ids(`campaign_id=${campaigns[1]}`, affiliates[0]?.key ?? "")).toEqual(
      numbered((i) => i % 4 === 1 && Math.floor(i / 4) % 2 === 0),
    );
    expect(await ids("platform=x", advertiser.key)).toEqual(numbered((i) => i % 2 === 1 && i % 4 !== 3));
    expect(await ids("status=PENDING", admin)).toEqual(numbered((i) => i % 3 === 0));
    expect(await ids("status=MATCHED&platform=youtube", admin)).toEqual(
      numbered((i) => i % 3 !== 0 && i % 2 === 0),
    );
  });

  it("of a campaign of somebody else is empty for an advertiser", async () => {
    const { world, advertiser, campaigns } = await aHouse();
    expect((await allPages(world, `campaign_id=${campaigns[3]}`, advertiser.key)).ids).toEqual([]);
  });

  it("links to its next page", async () => {
    const { world, admin } = await aHouse();
    const response = await world.request("GET", `${V1}/submissions?limit=2&status=MATCHED`, { key: admin });
    const { next_cursor } = await response.json<Listed>();
    expect(response.headers.get("link")).toBe(
      `<${V1}/submissions?limit=2&status=MATCHED&cursor=${next_cursor}>; rel="next"`,
    );
  });

  it("looks at 1,000 a page for what no index knows, and finds it with the next cursor", async () => {
    const { world, affiliate, admin, campaignId } = await aStage();
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 1_500 });
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 1, from: 9_999, platform: "x" });
    for (const key of [admin, affiliate.key]) {
      world.takeUsage();
      const first = await get<Listed>(world, "/submissions?platform=x", key);
      expect(world.takeUsage().rowsRead).toBeLessThanOrEqual(8_000);
      expect(idsOf(first)).toEqual([crowdId("sub", 9_999)]);
      expect(first.next_cursor).not.toBeNull();
      const second = await get<Listed>(world, `/submissions?platform=x&cursor=${first.next_cursor}`, key);
      expect(second).toEqual({ data: [], next_cursor: null });
    }
  });

  it("costs two trips and reads no more among thousands", async () => {
    const { world, advertiser, affiliate, admin, campaignId } = await aStage();
    await aCampaign(world, { advertiserId: advertiser.id });
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 2_000 });
    const queries = ["limit=10", `limit=10&campaign_id=${campaignId}`];
    for (const query of queries) {
      for (const key of [admin, advertiser.key, affiliate.key]) {
        world.takeUsage();
        await get(world, `/submissions?${query}`, key);
        const { trips, rowsRead } = world.takeUsage();
        expect(trips).toBe(2);
        if (query === "limit=10" || key !== affiliate.key) expect(rowsRead).toBeLessThanOrEqual(150);
      }
    }
  });

  it.each(["limit=10", "platform=x&status=MATCHED"])("never reads a whole table (?%s)", async (query) => {
    const { world, advertiser, affiliate, campaignId } = await aStage();
    const queries = [query, `${query}&campaign_id=${campaignId}`];
    for (const key of [advertiser.key, affiliate.key]) {
      for (const narrowed of queries) {
        const plans = await plansOf(world, () => get(world, `/submissions?${narrowed}`, key));
        expect(plans.length).toBeGreaterThan(3);
        for (const table of ["t", "p", "a", "r", "last", "own"]) expect(fullScans(plans, table)).toEqual([]);
      }
    }
  });
});

describe("GET /affiliates/{id}/submissions", () => {
  it("is for the affiliate itself and an admin", async () => {
    const { world, affiliate, otherAffiliate, advertiser, admin, receipt } = await aStage();
    const path = `/affiliates/${affiliate.id}/submissions`;
    for (const key of [affiliate.key, admin]) {
      expect(idsOf(await get<Listed>(world, path, key))).toEqual([receipt.submission_id]);
    }
    const statusFor = async (key?: string) => (await world.request("GET", V1 + path, { key })).status;
    expect(await statusFor()).toBe(401);
    expect(await statusFor(advertiser.key)).toBe(403);
    expect(await statusFor(otherAffiliate.key)).toBe(404);
  });

  it("is empty for an affiliate without any, and 404 for one that is none", async () => {
    const { world, otherAffiliate, admin } = await aStage();
    expect(await get(world, `/affiliates/${otherAffiliate.id}/submissions`, admin)).toEqual({
      data: [],
      next_cursor: null,
    });
    const path = `${V1}/affiliates/${world.ctx.ids("aff")}/submissions`;
    expect((await world.request("GET", path, { key: admin })).status).toBe(404);
  });

  it("refuses parameters it does not know", async () => {
    const { world, affiliate } = await aStage();
    const path = `${V1}/affiliates/${affiliate.id}/submissions?status=MATCHED`;
    expect((await world.request("GET", path, { key: affiliate.key })).status).toBe(422);
  });
});
