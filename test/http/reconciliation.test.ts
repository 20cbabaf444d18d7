import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { tick } from "../../src/queues/tick.ts";
import { aCrowd, crowdId } from "../support/crowd.ts";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  reconciliation,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, START, type World } from "../support/world.ts";

afterEach(() => reset());

const V1 = "/api/v1/reconciliation";
const MINUTE = 60_000;
const UNKNOWN = { views: null, clicks: null, conversions: null, likes: null, comments: null, shares: null };

async function aStage() {
  const world = createWorld();
  const [advertiser, otherAdvertiser] = [await anAdvertiser(world), await anAdvertiser(world)];
  const [affiliate, otherAffiliate] = [await anAffiliate(world), await anAffiliate(world)];
  const admin = await issueKey(world, "admin", null);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  const receipt = await submit(world, { key: affiliate.key, campaignId, claimed: { claimed_views: 1_300 } });
  const run = (body: unknown, key: string | undefined = admin) =>
    world.request("POST", `${V1}/run`, { key, body });
  return { world, advertiser, otherAdvertiser, affiliate, otherAffiliate, admin, campaignId, receipt, run };
}

async function judgeAll(world: World) {
  world.advance(2_000);
  await world.deliver();
}

async function get<T = Record<string, unknown>>(world: World, path: string, key: string): Promise<T> {
  const response = await world.request("GET", V1 + path, { key });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ code: string }>()).code;
}

/** Everything a run may change, to see that it changed nothing. */
const everything = async () => [
  await rows("select * from reconciliations order by report_id"),
  await rows("select * from reconciliation_logs order by report_id, n"),
  await rows("select * from trust_events"),
  await rows("select * from platform_reports"),
  await rows("select * from rollups"),
  await rows("select * from dead_letters"),
];

describe("POST /reconciliation/run", () => {
  it("reopens a report that is final and has it judged again by the platform's newer answer", async () => {
    const { world, affiliate, receipt, run } = await aStage();
    await judgeAll(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "AFFILIATE_OVERCLAIMED",
    });
    await rows("update platform_reports set views = 1300");

    const response = await run({ report_id: receipt.report_id });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      accepted: 1,
      report_ids: [receipt.report_id],
      next_after_report_id: null,
      request_id: response.headers.get("x-request-id"),
    });
    expect(await row("select * from reconciliations")).toMatchObject({
      state: "open",
      status: "AFFILIATE_OVERCLAIMED",
      counted_status: "AFFILIATE_OVERCLAIMED",
      next_attempt_at: world.now,
      sweep_at: world.now,
    });
    expect(world.sent.map(({ lane, message }) => [lane, message.kind, message.manual])).toEqual([
      ["normal", "reports", true],
    ]);

    await judgeAll(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "MATCHED",
      logs: 2,
    });
    expect(await row("select trust from affiliates where id = ?", affiliate.id)).toEqual({ trust: 510_000 });
    expect(await row("select trigger from reconciliation_runs order by id desc")).toEqual({
      trigger: "manual",
    });
  });

  it("gives a report all its attempts again and forgets why it waited", async () => {
    const { world, receipt, run } = await aStage();
    await rows(
      `update reconciliations set state = 'dead', attempts = 4, first_attempt_at = 1, incomplete_seen = 1,
        missing_reason = 'no_data', put_off_since = 1, put_off_reason = 'outage', commit_failures = 3, lease_run = 'old',
        lease_until = ?, next_attempt_at = null, sweep_at = null`,
      world.now,
    );
    await run({ report_id: receipt.report_id });
    expect(await row("select * from reconciliations")).toMatchObject({
      state: "open",
      attempts: 0,
      first_attempt_at: null,
      incomplete_seen: 0,
      missing_reason: null,
      put_off_since: null,
      put_off_reason: null,
      commit_failures: 0,
      lease_run: null,
      lease_until: 0,
      next_attempt_at: world.now,
      sweep_at: world.now,
    });
  });

  it("closes the open dead letter of what it takes up, and no other", async () => {
    const { world, affiliate, campaignId, receipt, run } = await aStage();
    const other = await submit(world, { key: affiliate.key, campaignId, video: videoId(2) });
    const [first, second] = [world.ctx.ids("dlq"), world.ctx.ids("dlq")];
    for (const [id, reportId] of [
      [first, receipt.report_id],
      [second, other.report_id],
    ]) {
      await rows("insert into dead_letters values (?, ?, 'commit_failed', 'x', 1, null)", id, reportId);
    }
    await run({ report_id: receipt.report_id });
    expect(await rows("select id, closed_at from dead_letters order by id")).toEqual([
      { id: first, closed_at: world.now },
      { id: second, closed_at: null },
    ]);
  });

  it("leaves alone what a run holds and what was superseded", async () => {
    const { world, receipt, run } = await aStage();
    for (const change of [
      "lease_run = 'run_1', lease_until = ? + 1",
      "status = 'SUPERSEDED', lease_until = ? * 0",
    ]) {
      await rows(`update reconciliations set ${change}`, world.now);
      const before = await everything();
      world.sent.splice(0);
      const response = await run({ report_id: receipt.report_id });
      expect(response.status).toBe(202);
      expect(await response.json()).toMatchObject({ accepted: 0, report_ids: [] });
      expect(await everything()).toEqual(before);
      expect(world.sent).toEqual([]);
    }
  });

  it("takes all reports of a submission, post, campaign or affiliate, in the bulk lane", async () => {
    const { world, affiliate, otherAffiliate, campaignId, receipt, run } = await aStage();
    const rival = await submit(world, { key: otherAffiliate.key, campaignId });
    const elsewhere = await submit(world, {
      key: affiliate.key,
      campaignId: await aCampaign(world),
      video: videoId(2),
    });
    world.sent.splice(0);
    const taken = async (body: Record<string, unknown>) =>
      (await (await run(body)).json<{ report_ids: string[] }>()).report_ids;
    expect(await taken({ submission_id: receipt.submission_id })).toEqual([receipt.report_id]);
    expect(await taken({ post_id: receipt.post_id })).toEqual([receipt.report_id, rival.report_id]);
    expect(await taken({ campaign_id: campaignId })).toEqual([receipt.report_id, rival.report_id]);
    expect(await taken({ affiliate_id: affiliate.id })).toEqual([receipt.report_id, elsewhere.report_id]);
    expect(new Set(world.sent.map(({ lane }) => lane))).toEqual(new Set(["bulk"]));
  });

  it("takes only reports in the named states", async () => {
    const { world, affiliate, campaignId, receipt, run } = await aStage();
    const other = await submit(world, { key: affiliate.key, campaignId, video: videoId(2) });
    await rows("update reconciliations set state = 'final' where report_id = ?", receipt.report_id);
    const response = await run({ campaign_id: campaignId, states: ["dead", "final"] });
    expect(await response.json()).toMatchObject({ accepted: 1, report_ids: [receipt.report_id] });
    expect(await reconciliation(other.report_id)).toMatchObject({ state: "open" });
  });

  it("takes 1,000 a call, oldest first, shows 100, and goes on where it ended", async () => {
    const { world, affiliate, campaignId, receipt, run } = await aStage();
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 1_000 });
    world.sent.splice(0);
    const first = await (await run({ campaign_id: campaignId })).json<{
      accepted: number;
      report_ids: string[];
      next_after_report_id: string;
    }>();
    expect(first.accepted).toBe(1_000);
    expect(first.report_ids).toEqual(Array.from({ length: 100 }, (_, i) => crowdId("rep", i)));
    expect(first.next_after_report_id).toBe(crowdId("rep", 999));
    expect(world.sent.map(({ message }) => message.ids.length)).toEqual(
      Array.from({ length: 10 }, () => 100),
    );
    const second = await run({ campaign_id: campaignId, after_report_id: first.next_after_report_id });
    expect(await second.json()).toMatchObject({
      accepted: 1,
      report_ids: [receipt.report_id],
      next_after_report_id: null,
    });
  });

  it("is accepted although the queue fails: the sweep takes it up", async () => {
    const { world, receipt, run } = await aStage();
    await judgeAll(world);
    const send = world.ctx.queues.send;
    world.ctx.queues.send = () => Promise.reject(new Error("queue is down"));
    expect((await run({ report_id: receipt.report_id })).status).toBe(202);
    world.ctx.queues.send = send;
    await tick(world.ctx);
    expect(world.sent.flatMap(({ message }) => message.ids)).toContain(receipt.report_id);
  });

  it.each([
    { why: "nothing named", body: {}, pointer: "#" },
    {
      why: "two sets named",
      body: { report_id: `rep_${"0".repeat(26)}`, campaign_id: `cmp_${"0".repeat(26)}` },
      pointer: "#",
    },
    { why: "an id of another kind", body: { report_id: `sub_${"0".repeat(26)}` }, pointer: "#/report_id" },
    {
      why: "an unknown field",
      body: { report_id: `rep_${"0".repeat(26)}`, force: true },
      pointer: "#/force",
    },
    { why: "no state", body: { report_id: `rep_${"0".repeat(26)}`, states: [] }, pointer: "#/states" },
    {
      why: "a state nobody knows",
      body: { report_id: `rep_${"0".repeat(26)}`, states: ["x"] },
      pointer: "#/states/0",
    },
    {
      why: "dry_run as text",
      body: { report_id: `rep_${"0".repeat(26)}`, dry_run: "true" },
      pointer: "#/dry_run",
    },
  ])("refuses $why with a pointer", async ({ body, pointer }) => {
    const { run } = await aStage();
    const response = await run(body);
    expect(response.status).toBe(422);
    const { errors } = await response.json<{ errors: { pointer: string }[] }>();
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it.each(["report", "submission", "post", "campaign", "affiliate"] as const)(
    "answers 404 to a %s that is not there, dry or not",
    async (of) => {
      const { world, run } = await aStage();
      const prefix = {
        report: "rep",
        submission: "sub",
        post: "pst",
        campaign: "cmp",
        affiliate: "aff",
      } as const;
      for (const dry_run of [false, true]) {
        const response = await run({ [`${of}_id`]: world.ctx.ids(prefix[of]), dry_run });
        expect([response.status, await codeOf(response)]).toEqual([404, "not_found"]);
      }
    },
  );

  it("is for admins alone", async () => {
    const { world, affiliate, advertiser, receipt, run } = await aStage();
    const body = { report_id: receipt.report_id };
    for (const key of [affiliate.key, advertiser.key]) expect((await run(body, key)).status).toBe(403);
    expect((await world.request("POST", `${V1}/run`, { body })).status).toBe(401);
  });
});

describe("POST /reconciliation/run with dry_run", () => {
  it("answers the verdict from stored observations, asks no platform and writes nothing", async () => {
    const { world, receipt, run } = await aStage();
    await judgeAll(world);
    await rows("update platform_reports set views = 1300");
    const before = await everything();
    const calls = await world.calls("youtube");
    world.sent.splice(0);

    const response = await run({ report_id: receipt.report_id, dry_run: true });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      data: [
        {
          report_id: receipt.report_id,
          submission_id: receipt.submission_id,
          status: "MATCHED",
          level: null,
          direction: "none",
          next_look_at: null,
          reasons: [expect.stringContaining("That fits.")],
          verdict: expect.objectContaining({
            status: "MATCHED",
            confidence: 1,
            trust_event: "perfect_match",
          }),
          stored: { state: "final", status: "AFFILIATE_OVERCLAIMED", level: "HIGH" },
        },
      ],
      next_after_report_id: null,
    });
    expect(await everything()).toEqual(before);
    expect(await world.calls("youtube")).toEqual(calls);
    expect(world.sent).toEqual([]);
  });

  it("of a report nobody has observed answers that data is missing, and when it would look again", async () => {
    const { receipt, run } = await aStage();
    const { data } = await (await run({ report_id: receipt.report_id, dry_run: true })).json<{
      data: unknown[];
    }>();
    expect(data).toMatchObject([
      {
        status: "MISSING_PLATFORM_DATA",
        next_look_at: expect.stringMatching(/Z$/),
        stored: { state: "open", status: "PENDING", level: null },
      },
    ]);
  });

  it("judges also what a run holds, and takes no lease", async () => {
    const { world, receipt, run } = await aStage();
    await rows("update reconciliations set lease_run = 'run_1', lease_until = ?", world.now + 1);
    const { data } = await (await run({ report_id: receipt.report_id, dry_run: true })).json<{
      data: unknown[];
    }>();
    expect(data).toHaveLength(1);
    expect(await row("select lease_run from reconciliations")).toEqual({ lease_run: "run_1" });
  });

  it("judges 100 a call and goes on where it ended, without what was superseded or is in another state", async () => {
    const { world, affiliate, campaignId, receipt, run } = await aStage();
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 98 });
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 2, from: 98, status: "SUPERSEDED" });
    world.takeUsage();
    const first = await (await run({ campaign_id: campaignId, dry_run: true })).json<{
      data: unknown[];
      next_after_report_id: string;
    }>();
    expect(world.takeUsage().trips).toBe(3);
    expect(first.data).toHaveLength(98);
    expect(first.next_after_report_id).toBe(crowdId("rep", 99));
    const rest = { campaign_id: campaignId, dry_run: true, after_report_id: first.next_after_report_id };
    expect(await (await run(rest)).json()).toMatchObject({
      data: [{ report_id: receipt.report_id }],
      next_after_report_id: null,
    });
    expect(await (await run({ ...rest, states: ["final"] })).json()).toMatchObject({ data: [] });
  });
});

interface Listed {
  data: { report_id: string }[];
  next_cursor: string | null;
}

const idsOf = ({ data }: Listed) => data.map(({ report_id }) => report_id);

describe("GET /reconciliation/results", () => {
  it("shows a report with what its last look judged", async () => {
    const { world, affiliate, campaignId, receipt } = await aStage();
    await judgeAll(world);
    expect(await get(world, "/results", affiliate.key)).toEqual({
      data: [
        {
          report_id: receipt.report_id,
          submission_id: receipt.submission_id,
          campaign_id: campaignId,
          affiliate_id: affiliate.id,
          platform: "youtube",
          state: "final",
          status: "AFFILIATE_OVERCLAIMED",
          level: "HIGH",
          direction: "over",
          confidence: 1,
          claimed_at: "2026-06-01T12:00:00.000Z",
          judged_at: "2026-06-01T12:00:02.000Z",
          attempts: 0,
          missing_reason: null,
          metrics: {
            views: {
              claimed: 1_300,
              low: expect.any(Number),
              high: 1_000,
              difference: 300,
              ratio: 0.3,
              direction: "over",
              level: "HIGH",
            },
          },
          learnt_flags: expect.any(Array),
        },
      ],
      next_cursor: null,
    });
  });

  it("shows a report nobody has looked at as pending, with nothing known", async () => {
    const { world, affiliate } = await aStage();
    expect(await get(world, "/results", affiliate.key)).toMatchObject({
      data: [
        { state: "open", status: "PENDING", level: null, confidence: null, metrics: null, judged_at: null },
      ],
    });
  });

  it("shows everybody only what is theirs, whatever they filter by", async () => {
    const { world, affiliate, otherAffiliate, advertiser, otherAdvertiser, admin, campaignId, receipt } =
      await aStage();
    const foreign = await aCampaign(world, { advertiserId: otherAdvertiser.id });
    const other = await submit(world, { key: otherAffiliate.key, campaignId: foreign, video: videoId(2) });
    const seen = async (key: string, query = "") => idsOf(await get<Listed>(world, `/results${query}`, key));
    expect(await seen(affiliate.key)).toEqual([receipt.report_id]);
    expect(await seen(affiliate.key, `?affiliate_id=${otherAffiliate.id}`)).toEqual([]);
    expect(await seen(affiliate.key, `?campaign_id=${foreign}`)).toEqual([]);
    expect(await seen(advertiser.key)).toEqual([receipt.report_id]);
    expect(await seen(advertiser.key, `?campaign_id=${foreign}`)).toEqual([]);
    expect(await seen(advertiser.key, `?affiliate_id=${otherAffiliate.id}`)).toEqual([]);
    expect(await seen(advertiser.key, `?affiliate_id=${affiliate.id}`)).toEqual([receipt.report_id]);
    expect(await seen(otherAdvertiser.key)).toEqual([other.report_id]);
    expect(await seen(admin)).toEqual([other.report_id, receipt.report_id]);
    expect(await seen(admin, `?campaign_id=${campaignId}`)).toEqual([receipt.report_id]);
    expect(await seen(admin, `?affiliate_id=${otherAffiliate.id}&campaign_id=${campaignId}`)).toEqual([]);
  });

  it("is narrowed by status, level, state and platform", async () => {
    const { world, affiliate, campaignId, admin, receipt } = await aStage();
    await judgeAll(world);
    const pending = await submit(world, {
      key: affiliate.key,
      campaignId,
      url: "https://x.com/someone/status/1234567890123456789",
    });
    const seen = async (query: string) => idsOf(await get<Listed>(world, `/results?${query}`, admin));
    expect(await seen("status=AFFILIATE_OVERCLAIMED")).toEqual([receipt.report_id]);
    expect(await seen("status=PENDING")).toEqual([pending.report_id]);
    expect(await seen("level=HIGH")).toEqual([receipt.report_id]);
    expect(await seen("level=LOW")).toEqual([]);
    expect(await seen("state=open")).toEqual([pending.report_id]);
    expect(await seen("platform=x")).toEqual([pending.report_id]);
    expect(await seen("platform=youtube&state=open")).toEqual([]);
  });

  it("pages over an advertiser's campaigns without gap or repeat, filtered or not", async () => {
    const { world, advertiser, affiliate, campaignId, receipt } = await aStage();
    const second = await aCampaign(world, { advertiserId: advertiser.id });
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 5 });
    await aCrowd({ campaignId: second, affiliateId: affiliate.id, count: 5, from: 5 });
    const crowd = Array.from({ length: 10 }, (_, i) => crowdId("rep", 9 - i));
    for (const [query, expected] of [
      ["limit=3", [receipt.report_id, ...crowd]],
      ["limit=3&status=MATCHED", crowd],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
        const listed: Listed = await get<Listed>(world, `/results?${query}${more}`, advertiser.key);
        seen.push(...idsOf(listed));
        cursor = listed.next_cursor;
      }
      expect(seen).toEqual(expected);
    }
  });

  it("reads an advertiser's campaigns by the limit, not by their reports", async () => {
    const { world, advertiser, affiliate, campaignId } = await aStage();
    // A quiet campaign whose reports are all older must not make the busy one be read down to them.
    const quiet = await aCampaign(world, { advertiserId: advertiser.id });
    await aCrowd({ campaignId: quiet, affiliateId: affiliate.id, count: 20 });
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 2_000, from: 20 });
    world.takeUsage();
    await get(world, "/results?limit=10", advertiser.key);
    const { trips, rowsRead } = world.takeUsage();
    expect(trips).toBe(2);
    expect(rowsRead).toBeLessThanOrEqual(150);
  });

  it.each(["limit=10", "level=HIGH&status=MATCHED"])("never reads a whole table (?%s)", async (query) => {
    const { world, advertiser, affiliate, admin, campaignId } = await aStage();
    for (const [key, narrowed] of [
      [advertiser.key, query],
      [affiliate.key, query],
      [admin, `${query}&campaign_id=${campaignId}`],
      [admin, `${query}&affiliate_id=${affiliate.id}`],
    ] as const) {
      const plans = await plansOf(world, () => get(world, `/results?${narrowed}`, key));
      expect(plans.length).toBeGreaterThan(3);
      for (const table of ["t", "a", "l", "own"]) expect(fullScans(plans, table)).toEqual([]);
    }
  });

  it("needs a key and known parameters", async () => {
    const { world, admin } = await aStage();
    const statusOf = async (query: string, key?: string) =>
      (await world.request("GET", `${V1}/results${query}`, { key })).status;
    expect(await statusOf("")).toBe(401);
    for (const query of ["?level=none", "?state=done", "?status=x", "?platform=x1", "?cursor=a", "?from=1"]) {
      expect(await statusOf(query, admin)).toBe(422);
    }
  });
});

describe("GET /reconciliation/reports/{report_id}", () => {
  it("tells the claim, how it stands, every look newest last, and what it did to trust", async () => {
    const { world, affiliate, campaignId, receipt, run } = await aStage();
    await world.setPost("youtube", videoId(1), { state: "gone" });
    await judgeAll(world);
    await world.setPost("youtube", videoId(1), { state: "live", metrics: { views: 1_000, likes: 66 } });
    await run({ report_id: receipt.report_id });
    await judgeAll(world);
    const report = await get<{ attempts: Record<string, unknown>[] }>(
      world,
      `/reports/${receipt.report_id}`,
      affiliate.key,
    );
    expect(report).toEqual({
      report_id: receipt.report_id,
      submission_id: receipt.submission_id,
      campaign_id: campaignId,
      affiliate_id: affiliate.id,
      post_id: receipt.post_id,
      platform: "youtube",
      external_id: videoId(1),
      canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
      claim: {
        claimed_at: "2026-06-01T12:00:00.000Z",
        claimed: { ...UNKNOWN, views: 1_300 },
        evidence: null,
        suspicion_flags: [],
        method: "API",
        created_at: "2026-06-01T12:00:00.000Z",
      },
      lane: "normal",
      state: "final",
      status: "AFFILIATE_OVERCLAIMED",
      level: "HIGH",
      direction: "over",
      missing_reason: null,
      learnt_flags: expect.any(Array),
      attempt_count: 0,
      judged_at: "2026-06-01T12:00:04.000Z",
      next_look_at: null,
      put_off: null,
      attempts: expect.any(Array),
      trust_events: [
        {
          trust_event_id: expect.stringMatching(/^tev_/),
          cause: "verdict",
          kind: "overclaim",
          delta: -0.1,
          score_after: 0.4,
          at: "2026-06-01T12:00:04.000Z",
        },
      ],
    });
    expect(report.attempts).toEqual([
      {
        n: 1,
        at: "2026-06-01T12:00:02.000Z",
        run_id: expect.stringMatching(/^run_/),
        outcome: "absent",
        status: "MISSING_PLATFORM_DATA",
        level: null,
        direction: null,
        final: false,
        missing_reason: "gone",
        error_code: "gone",
        policy_version: 1,
        settle_hours: 0,
        verdict: null,
        observations: [],
        reasons: ["YouTube says that this post does not exist.", "We look again at 12:10 UTC."],
        signals: [],
      },
      {
        n: 2,
        at: "2026-06-01T12:00:04.000Z",
        run_id: expect.stringMatching(/^run_/),
        outcome: "judged",
        status: "AFFILIATE_OVERCLAIMED",
        level: "HIGH",
        direction: "over",
        final: true,
        missing_reason: null,
        error_code: null,
        policy_version: 1,
        settle_hours: 0,
        verdict: expect.objectContaining({ status: "AFFILIATE_OVERCLAIMED", trust_event: "overclaim" }),
        observations: [
          {
            at: "2026-06-01T12:00:04.000Z",
            source: "platform_api",
            metrics: { views: 1_000, likes: 66, comments: expect.any(Number) },
            definition_version: expect.any(String),
          },
        ],
        reasons: [expect.stringContaining("You claimed 1,300 views")],
        signals: [],
      },
    ]);
  });

  it("tells a superseded report's one line, which no run wrote", async () => {
    const { world, affiliate, receipt } = await aStage();
    await world.request("PUT", `/api/v1/submissions/${receipt.submission_id}/metrics`, {
      key: affiliate.key,
      body: { claimed_views: 1_000 },
    });
    expect(await get(world, `/reports/${receipt.report_id}`, affiliate.key)).toMatchObject({
      state: "final",
      status: "SUPERSEDED",
      next_look_at: null,
      attempts: [{ n: 1, run_id: null, outcome: "superseded", verdict: null, observations: [], final: true }],
      trust_events: [],
    });
  });

  it("tells since when a platform could not be asked", async () => {
    const { world, affiliate, receipt } = await aStage();
    await world.setFaults("youtube", { outage: true });
    await judgeAll(world);
    expect(await get(world, `/reports/${receipt.report_id}`, affiliate.key)).toMatchObject({
      state: "open",
      status: "PENDING",
      attempts: [],
      put_off: { since: "2026-06-01T12:00:02.000Z", reason: expect.any(String) },
    });
  });

  it("is for its affiliate, the campaign's advertiser and an admin, in two trips", async () => {
    const { world, affiliate, advertiser, admin, otherAffiliate, otherAdvertiser, receipt } = await aStage();
    const path = `${V1}/reports/${receipt.report_id}`;
    const statusFor = async (key?: string) => (await world.request("GET", path, { key })).status;
    world.takeUsage();
    expect(await statusFor(affiliate.key)).toBe(200);
    expect(world.takeUsage().trips).toBe(2);
    for (const key of [advertiser.key, admin]) expect(await statusFor(key)).toBe(200);
    for (const key of [otherAffiliate.key, otherAdvertiser.key]) expect(await statusFor(key)).toBe(404);
    expect(await statusFor()).toBe(401);
    expect((await world.request("GET", `${V1}/reports/${world.ctx.ids("rep")}`, { key: admin })).status).toBe(
      404,
    );
    expect((await world.request("GET", `${V1}/reports/rep_1`, { key: admin })).status).toBe(422);
  });
});

describe("GET /reconciliation/runs", () => {
  it("lists executed batches newest first, and tells one in full", async () => {
    const { world, admin, receipt, run } = await aStage();
    await judgeAll(world);
    world.advance(MINUTE);
    await run({ report_id: receipt.report_id });
    await judgeAll(world);
    const { data } = await get<{ data: Record<string, unknown>[] }>(world, "/runs", admin);
    expect(data).toMatchObject([{ trigger: "manual" }, { trigger: "queue" }]);
    expect(data[1]).toEqual({
      run_id: expect.stringMatching(/^run_/),
      trigger: "queue",
      lane: "normal",
      started_at: "2026-06-01T12:00:02.000Z",
      duration_ms: 0,
      asked: 1,
      claimed: 1,
      judged: 1,
      put_off: 0,
      vendor_calls: 1,
      vendor_errors: 0,
      statuses: { AFFILIATE_OVERCLAIMED: 1 },
    });
    expect(await get(world, `/runs/${data[1]?.run_id}`, admin)).toEqual({
      ...data[1],
      report_ids: [receipt.report_id],
      request_ids: ["req_test"],
      traceparent: expect.stringMatching(/^00-/),
    });
  });

  it("is narrowed by trigger and lane, and paged", async () => {
    const { world, admin, receipt, run } = await aStage();
    await judgeAll(world);
    world.advance(MINUTE);
    await run({ submission_id: receipt.submission_id });
    await judgeAll(world);
    const seen = async (query: string) =>
      (await get<{ data: { trigger: string; lane: string }[] }>(world, `/runs?${query}`, admin)).data.map(
        ({ trigger, lane }) => `${trigger} ${lane}`,
      );
    expect(await seen("trigger=manual")).toEqual(["manual bulk"]);
    expect(await seen("lane=normal")).toEqual(["queue normal"]);
    const { next_cursor } = await get<{ next_cursor: string }>(world, "/runs?limit=1", admin);
    expect(await seen(`limit=1&cursor=${next_cursor}`)).toEqual(["queue normal"]);
  });

  it("answers 404 to a run that is not there", async () => {
    const { world, admin } = await aStage();
    expect((await world.request("GET", `${V1}/runs/${world.ctx.ids("run")}`, { key: admin })).status).toBe(
      404,
    );
  });
});

describe("GET /reconciliation/queue", () => {
  const LANES = ["urgent", "normal", "bulk"];
  const empty = (lane: string) => ({
    lane,
    due: 0,
    waiting: 0,
    put_off: 0,
    oldest_put_off_seconds: null,
    leased: 0,
    dead: 0,
    backlog: null,
  });

  it("counts nothing where nothing waits", async () => {
    const { world, admin } = await aStage();
    await judgeAll(world);
    expect(await get(world, "/queue", admin)).toEqual({
      at: "2026-06-01T12:00:02.000Z",
      capped: false,
      lanes: LANES.map(empty),
    });
  });

  it("counts each unfinished report once, by lane: due, waiting, put off, leased or dead", async () => {
    const { world, admin, affiliate, campaignId } = await aStage();
    const ids: string[] = [];
    for (let n = 2; n <= 7; n++) {
      ids.push((await submit(world, { key: affiliate.key, campaignId, video: videoId(n) })).report_id);
    }
    const set = (n: number, change: string, ...values: unknown[]) =>
      rows(`update reconciliations set ${change} where report_id = ?`, ...values, ids[n]);
    await set(0, "next_attempt_at = ?, sweep_at = ?, state = 'provisional'", START + 1, START + 1);
    await set(1, "put_off_since = ?, put_off_reason = 'outage'", START - 90_500);
    await set(2, "put_off_since = ?, put_off_reason = 'outage'", START - 10_000);
    await set(3, "lease_until = ?, put_off_since = ?", START + 1, START - 99_999_999);
    await set(4, "lane = 'urgent', lease_until = ?", START);
    await set(5, "state = 'dead', next_attempt_at = null, sweep_at = null");
    await rows("insert into dead_letters values ('dlq_1', ?, 'commit_failed', 'x', 1, null)", ids[5]);
    await rows("insert into dead_letters values ('dlq_2', ?, 'commit_failed', 'x', 1, 2)", ids[4]);
    expect(await get(world, "/queue", admin)).toMatchObject({
      capped: false,
      lanes: [
        { ...empty("urgent"), due: 1 },
        {
          ...empty("normal"),
          due: 1,
          waiting: 1,
          put_off: 2,
          oldest_put_off_seconds: 90,
          leased: 1,
          dead: 1,
        },
        empty("bulk"),
      ],
    });
  });

  it("shows the real queues' backlog where they tell it", async () => {
    const { world, admin } = await aStage();
    world.ctx.queues.backlog = async () => ({ urgent: 0, normal: 17, bulk: null });
    const { lanes } = await get<{ lanes: { backlog: number | null }[] }>(world, "/queue", admin);
    expect(lanes.map(({ backlog }) => backlog)).toEqual([0, 17, null]);
  });

  it("counts up to 10,000 and says so", async () => {
    const { world, admin, affiliate, campaignId } = await aStage();
    await aCrowd({ campaignId, affiliateId: affiliate.id, count: 9_998, state: "open", status: null });
    await rows(
      "update reconciliations set sweep_at = 5, next_attempt_at = 5 where report_id < ?",
      crowdId("rep", 9_998),
    );
    expect(await get(world, "/queue", admin)).toMatchObject({ capped: false });
    await submit(world, { key: affiliate.key, campaignId, video: videoId(2) });
    await submit(world, { key: affiliate.key, campaignId, video: videoId(3) });
    const { capped, lanes } = await get<{ capped: boolean; lanes: { due: number }[] }>(
      world,
      "/queue",
      admin,
    );
    expect(capped).toBe(true);
    expect(lanes[1]?.due).toBe(10_000);
  });

  it("reads the sweep's index alone", async () => {
    const { world, admin } = await aStage();
    const plans = await plansOf(world, () => get(world, "/queue", admin));
    expect(plans).toContainEqual(
      expect.stringContaining("SEARCH reconciliations USING INDEX reconciliations_sweep"),
    );
    expect(fullScans(plans, "(reconciliations|r)")).toEqual([]);
  });
});

describe("GET /reconciliation/dead-letters", () => {
  async function withLetters() {
    const stage = await aStage();
    const ids = Array.from({ length: 3 }, () => stage.world.ctx.ids("dlq"));
    for (const [i, id] of ids.entries()) {
      // The open index goes by report; the list by letter.
      const reportId = crowdId("rep", 9 - i);
      await rows(
        "insert into dead_letters values (?, ?, 'commit_failed', 'a constraint', ?, ?)",
        id,
        reportId,
        START,
        i === 1 ? START + 1 : null,
      );
    }
    return { ...stage, ids };
  }

  const seen = async (world: World, query: string, key: string) =>
    (await get<{ data: { dead_letter_id: string }[] }>(world, `/dead-letters${query}`, key)).data.map(
      ({ dead_letter_id }) => dead_letter_id,
    );

  it("lists the open ones newest first, or those closed", async () => {
    const { world, admin, ids } = await withLetters();
    expect(await get(world, "/dead-letters?limit=1", admin)).toEqual({
      data: [
        {
          dead_letter_id: ids[2],
          report_id: crowdId("rep", 7),
          cause: "commit_failed",
          detail: "a constraint",
          created_at: "2026-06-01T12:00:00.000Z",
          closed_at: null,
        },
      ],
      next_cursor: expect.any(String),
    });
    const { next_cursor } = await get<{ next_cursor: string }>(world, "/dead-letters?limit=1", admin);
    expect(await seen(world, `?limit=1&cursor=${next_cursor}`, admin)).toEqual([ids[0]]);
    expect(await seen(world, "?open=true", admin)).toEqual([ids[2], ids[0]]);
    expect(await seen(world, "?open=false", admin)).toEqual([ids[1]]);
  });

  it("refuses anything but true and false", async () => {
    const { world, admin } = await withLetters();
    expect((await world.request("GET", `${V1}/dead-letters?open=1`, { key: admin })).status).toBe(422);
  });
});

it.each(["/runs", "/queue", "/dead-letters", "/runs/run_00000000000000000000000000"])(
  "GET /reconciliation%s is for admins alone",
  async (path) => {
    const { world, affiliate, advertiser } = await aStage();
    const statusFor = async (key?: string) => (await world.request("GET", V1 + path, { key })).status;
    expect(await statusFor()).toBe(401);
    for (const key of [affiliate.key, advertiser.key]) expect(await statusFor(key)).toBe(403);
  },
);
