import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  everyRow,
  reconciliation,
  refusalOf,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, START } from "../support/world.ts";

afterEach(() => reset());

const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
const watch = (n: number) => `https://www.youtube.com/watch?v=${videoId(n)}`;

interface Result {
  index: number;
  line: number | null;
  submission_id: string | null;
  result: string;
  error: { pointer: string; detail: string } | null;
}

interface Recorded {
  recorded: number;
  duplicates: number;
  refused: number;
  reopened: number;
  results: Result[];
}

async function aStage() {
  const world = createWorld();
  const advertiser = await anAdvertiser(world);
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  const path = `/api/v1/campaigns/${campaignId}/observations`;
  const claim = (n: number, claimed: Record<string, number> = { claimed_views: 1_000 }, id = campaignId) =>
    submit(world, { key: affiliate.key, campaignId: id, video: videoId(n), claimed });
  const send = (body: unknown, { key = advertiser.key, type = "application/json" } = {}) =>
    world.request("POST", path, { key, body, headers: { "content-type": type } });
  const answered = async (body: unknown, type?: string): Promise<Recorded> => {
    const response = await send(body, type === undefined ? {} : { type });
    expect(response.status).toBe(200);
    return response.json();
  };
  const recorded = (...observations: object[]) => answered({ observations });
  return { world, advertiser, affiliate, campaignId, path, claim, send, answered, recorded };
}

const stored = () => rows("select * from advertiser_observations order by submission_id, observed_at");

describe("an advertiser's own numbers", () => {
  it("are kept with who sent them; what is not named is unknown", async () => {
    const { advertiser, claim, recorded } = await aStage();
    const { submission_id } = await claim(1);
    const observed_at = iso(START - 1_000);
    const entry = { submission_id, observed_at, clicks: 120, conversions: 0, views: null, note: "GA4" };
    expect(await recorded(entry)).toEqual({
      recorded: 1,
      duplicates: 0,
      refused: 0,
      reopened: 0,
      results: [{ index: 0, line: null, submission_id, result: "recorded", error: null }],
    });
    const key = await row<{ id: string }>("select id from api_keys where subject_id = ?", advertiser.id);
    expect(await stored()).toEqual([
      {
        submission_id,
        observed_at: START - 1_000,
        views: null,
        clicks: 120,
        conversions: 0,
        likes: null,
        comments: null,
        shares: null,
        note: "GA4",
        recorded_by: key?.id,
        created_at: START,
      },
    ]);
  });

  it("are stored once: the same again is a duplicate, other numbers for the instant are refused", async () => {
    const { claim, recorded } = await aStage();
    const { submission_id } = await claim(1);
    const entry = { submission_id, observed_at: iso(START), clicks: 120 };
    await recorded(entry);
    const before = await everyRow();
    expect(await recorded(entry)).toMatchObject({ duplicates: 1, recorded: 0 });
    const result = await recorded({ ...entry, clicks: 121 }, { ...entry, views: 5 }, { ...entry, note: "x" });
    expect(result.results.map(({ result: what, error }) => [what, error?.pointer])).toEqual([
      ["refused", "#/observed_at"],
      ["refused", "#/observed_at"],
      ["duplicate", undefined],
    ]);
    expect(await everyRow()).toBe(before);
  });

  it("may contradict each other within a request: the first one stands", async () => {
    const { claim, recorded } = await aStage();
    const { submission_id } = await claim(1);
    const entry = { submission_id, observed_at: iso(START), clicks: 120 };
    const { results } = await recorded(entry, entry, { ...entry, clicks: 1 });
    expect(results.map(({ result }) => result)).toEqual(["recorded", "duplicate", "refused"]);
    expect(await stored()).toMatchObject([{ clicks: 120 }]);
  });

  it("find their submission by the address of its post, in any spelling, without asking anybody", async () => {
    const { world, claim, recorded } = await aStage();
    const { submission_id } = await claim(1);
    world.ctx.fetch = async () => {
      throw new Error("nobody is to be asked");
    };
    const { results } = await recorded(
      { url: `https://youtu.be/${videoId(1)}?t=5`, observed_at: iso(START), clicks: 1 },
      { url: watch(2), observed_at: iso(START), clicks: 1 },
      { url: "https://vm.tiktok.com/ZMabcdefg/", observed_at: iso(START), clicks: 1 },
      { url: "https://example.com/", observed_at: iso(START), clicks: 1 },
    );
    expect(results.map(({ result, submission_id: id }) => [result, id])).toEqual([
      ["recorded", submission_id],
      ["refused", null],
      ["refused", null],
      ["refused", null],
    ]);
    expect(results.slice(1).map(({ error }) => error?.pointer)).toEqual(["#/url", "#/url", "#/url"]);
    expect(results[2]?.error?.detail).toContain("Open it");
  });

  it("do not choose between two submissions of one post, and name them", async () => {
    const { world, campaignId, claim, recorded } = await aStage();
    const first = await claim(1);
    const rival = await anAffiliate(world);
    const second = await submit(world, { key: rival.key, campaignId, video: videoId(1) });
    const { results } = await recorded({ url: watch(1), observed_at: iso(START), clicks: 1 });
    expect(results[0]).toMatchObject({ result: "refused", error: { pointer: "#/url" } });
    for (const { submission_id } of [first, second]) {
      expect(results[0]?.error?.detail).toContain(submission_id);
    }
    expect(await stored()).toEqual([]);
  });

  it("are of submissions of this campaign alone", async () => {
    const { world, advertiser, claim, recorded } = await aStage();
    const other = await aCampaign(world, { advertiserId: advertiser.id });
    const { submission_id } = await claim(1, { claimed_views: 1 }, other);
    const before = await everyRow();
    const entry = { observed_at: iso(START), clicks: 1 };
    const { results } = await recorded(
      { ...entry, submission_id },
      { ...entry, submission_id: `sub_${"Z".repeat(26)}` },
      { ...entry, url: watch(1) },
    );
    expect(results.map(({ error }) => error)).toEqual([
      { pointer: "#/submission_id", detail: "names no submission of this campaign" },
      { pointer: "#/submission_id", detail: "names no submission of this campaign" },
      { pointer: "#/url", detail: "is the address of no post in this campaign" },
    ]);
    expect(await everyRow()).toBe(before);
  });

  it("lie between a day before the campaign and five minutes from now", async () => {
    const { claim, recorded } = await aStage();
    const { submission_id } = await claim(1);
    // The campaign began a day ago.
    const at = [START - 2 * DAY - 1, START - 2 * DAY, START + 300_000, START + 300_001];
    const { results } = await recorded(
      ...at.map((ms) => ({ submission_id, observed_at: iso(ms), clicks: 1 })),
    );
    expect(results.map(({ result }) => result)).toEqual(["refused", "recorded", "recorded", "refused"]);
  });

  it.each([
    { why: "less than nothing", change: { clicks: -1 }, pointer: "#/observations/0/clicks" },
    { why: "a fraction", change: { clicks: 1.5 }, pointer: "#/observations/0/clicks" },
    { why: "text", change: { clicks: "1" }, pointer: "#/observations/0/clicks" },
    { why: "too large", change: { clicks: 2 ** 53 }, pointer: "#/observations/0/clicks" },
    { why: "an unknown field", change: { spend: 1 }, pointer: "#/observations/0/spend" },
    { why: "a day", change: { observed_at: "2026-06-01" }, pointer: "#/observations/0/observed_at" },
    { why: "no id", change: { submission_id: "sub_1" }, pointer: "#/observations/0/submission_id" },
    { why: "a control character", change: { note: "a\u0000" }, pointer: "#/observations/0/note" },
  ])("of another shape refuse the request at $pointer: $why", async ({ change, pointer }) => {
    const { claim, send } = await aStage();
    const { submission_id } = await claim(1);
    const before = await everyRow();
    const entry = { submission_id, observed_at: iso(START), clicks: 1, ...change };
    const response = await send({ observations: [entry] });
    expect(await refusalOf(response)).toEqual({
      status: 422,
      code: "validation_failed",
      pointers: [pointer],
    });
    expect(await everyRow()).toBe(before);
  });

  it("come at most 500 at once, in as many round trips as one", async () => {
    const { world, claim, send, recorded } = await aStage();
    const { submission_id } = await claim(1);
    const entries = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ submission_id, observed_at: iso(START - i), clicks: i }));
    world.takeUsage();
    expect(await recorded(...entries(500))).toMatchObject({ recorded: 500 });
    const { trips, rowsWritten } = world.takeUsage();
    // The key, the campaign, the submissions, the numbers, and what lacks them.
    expect({ trips, rowsWritten }).toEqual({ trips: 5, rowsWritten: 500 });
    for (const count of [0, 501]) {
      const response = await send({ observations: entries(count) });
      expect(await refusalOf(response)).toMatchObject({ status: 422, pointers: ["#/observations"] });
    }
  });

  it("are found and stored without reading whole tables", async () => {
    const { world, claim, recorded } = await aStage();
    const { submission_id } = await claim(1);
    const plans = await plansOf(world, () =>
      recorded(
        { submission_id, observed_at: iso(START), clicks: 1 },
        { url: watch(1), observed_at: iso(START - 1), clicks: 1 },
      ),
    );
    for (const table of ["s", "p", "o", "a", "t", "l", "reconciliations"]) {
      expect(fullScans(plans, table)).toEqual([]);
    }
    expect(plans.filter((step) => /^SEARCH (s|p|o|a|t|l) /.test(step)).length).toBeGreaterThanOrEqual(6);
  });

  it("are for the campaign's advertiser and admins alone", async () => {
    const { world, affiliate, claim, send } = await aStage();
    const { submission_id } = await claim(1);
    const stranger = await anAdvertiser(world);
    const body = { observations: [{ submission_id, observed_at: iso(START), clicks: 1 }] };
    const file = `submission_id,observed_at,clicks\n${submission_id},${iso(START)},1\n`;
    for (const [sent, type] of [
      [body, "application/json"],
      [file, "text/csv"],
    ] as const) {
      expect((await send(sent, { key: stranger.key, type })).status).toBe(404);
      expect((await send(sent, { key: affiliate.key, type })).status).toBe(403);
    }
    expect(await stored()).toEqual([]);
    const key = await issueKey(world, "admin", null);
    expect((await send(body, { key })).status).toBe(200);
  });
});

describe("a file of an advertiser's numbers", () => {
  it("is taken row by row, with the line of each", async () => {
    const { claim, answered } = await aStage();
    const { submission_id } = await claim(1);
    const file = [
      "observed_at;submission_id;url;clicks;note",
      `${iso(START)};${submission_id};;120;"a;b"`,
      `2026-06-01 13:59:00 +0200;;${watch(1)};0;`,
      `${iso(START)};${submission_id};;1,200;`,
      `${iso(START)};;;1;`,
      `${iso(START)};${submission_id};;;`,
    ].join("\r\n");
    const { results, ...counts } = await answered(file, "text/csv; charset=utf-8");
    expect(counts).toEqual({ recorded: 2, duplicates: 0, refused: 3, reopened: 0 });
    expect(results.map(({ line, result, error }) => [line, result, error?.pointer])).toEqual([
      [2, "recorded", undefined],
      [3, "recorded", undefined],
      [4, "refused", "#/clicks"],
      [5, "refused", "#/submission_id"],
      [6, "refused", "#/clicks"],
    ]);
    expect(await stored()).toMatchObject([
      { observed_at: START - 60_000, clicks: 0, note: null },
      { observed_at: START, clicks: 120, note: "a;b" },
    ]);
  });

  it.each([
    { file: "submission_id,observed_at,clicks,spend\n", why: "an unknown column" },
    { file: "submission_id,clicks,clicks\n", why: "a column twice" },
    { file: "", why: "nothing" },
  ])("is refused as a whole: $why", async ({ file, why }) => {
    const { send } = await aStage();
    const { status, pointers } = await refusalOf(await send(file, { type: "text/csv" }));
    expect(status).toBe(422);
    if (why !== "nothing") expect(pointers).toEqual(["#"]);
    expect(await stored()).toEqual([]);
  });
});

describe("a report whose verdict lacked a number", () => {
  /** A claim of clicks on a platform that publishes none, judged for good. */
  async function aJudgedClaim(claimed: Record<string, number> = { claimed_clicks: 100 }) {
    const stage = await aStage();
    const { world, campaignId } = stage;
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const report = await stage.claim(1, claimed);
    await world.deliver();
    world.advance(2 * DAY);
    await world.ctx.db.$client
      .prepare("update reconciliations set next_attempt_at = ?, state = 'final' where campaign_id = ?")
      .bind(null, campaignId)
      .run();
    return { ...stage, ...report };
  }

  it("is judged again when the advertiser has measured it", async () => {
    const { world, submission_id, report_id, recorded } = await aJudgedClaim();
    const entry = { submission_id, observed_at: iso(START), clicks: 100 };
    expect(await recorded(entry)).toMatchObject({ reopened: 1 });
    expect(await reconciliation(report_id)).toMatchObject({ state: "open" });
    expect(world.sent.flatMap(({ message }) => message.ids)).toEqual([report_id]);
  });

  it("is judged again also if only the sending again came through", async () => {
    const { world, submission_id, report_id, recorded } = await aJudgedClaim();
    const entry = { submission_id, observed_at: iso(START), clicks: 100 };
    await recorded(entry);
    world.sent.splice(0);
    await rows("update reconciliations set state = 'final' where report_id = ?", report_id);
    expect(await recorded(entry)).toMatchObject({ duplicates: 1, reopened: 1 });
  });

  it.each([
    { why: "it was measured before the claim", change: { observed_at: iso(START - 1) } },
    { why: "another metric was measured", change: { clicks: undefined, conversions: 5 } },
    { why: "nobody claimed that", change: { clicks: undefined, likes: 5 } },
  ])("stays as it is if $why", async ({ change }) => {
    const { submission_id, report_id, recorded } = await aJudgedClaim();
    const entry = { submission_id, observed_at: iso(START), clicks: 100, ...change };
    expect(await recorded(entry)).toMatchObject({ recorded: 1, reopened: 0 });
    expect(await reconciliation(report_id)).toMatchObject({ state: "final" });
  });

  it("stays as it is if its verdict had the number", async () => {
    const judged = await aJudgedClaim({ claimed_views: 1_000 });
    const views = { submission_id: judged.submission_id, observed_at: iso(START), views: 5 };
    await rows(
      `update policies set body = json_set(body, '$.sources', json('{"views":["platform_api","advertiser"]}'))`,
    );
    expect(await judged.recorded(views)).toMatchObject({ recorded: 1, reopened: 0 });
  });

  it("stays as it is if the campaign does not listen to its advertiser", async () => {
    const { submission_id, recorded } = await aJudgedClaim();
    await rows(`update policies set body = json_set(body, '$.sources', json('{"clicks":["platform_api"]}'))`);
    const entry = { submission_id, observed_at: iso(START), clicks: 100 };
    expect(await recorded(entry)).toMatchObject({ recorded: 1, reopened: 0 });
  });

  it("that a run is judging at the moment is not decided without it", async () => {
    const { world, claim, recorded } = await aStage();
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const { submission_id, report_id } = await claim(1, { claimed_views: 1_000, claimed_clicks: 100 });
    const entry = { submission_id, observed_at: iso(START), clicks: 100 };
    const { fetch } = world.ctx;
    const reopened: number[] = [];
    // Between the run's reading and its commit.
    world.ctx.fetch = async (...args) => {
      if (reopened.length === 0) reopened.push((await recorded(entry)).reopened);
      return fetch(...args);
    };
    await world.deliver();
    expect(reopened).toEqual([1]);
    expect(await reconciliation(report_id)).toMatchObject({ state: "open", logs: 0, lease_run: null });
    await world.deliver();
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", status: "MATCHED", logs: 1 });
    const log = await row<{ verdict: string }>("select verdict from reconciliation_logs");
    expect(JSON.parse(log?.verdict ?? "null")).toMatchObject({ metrics: { clicks: { high: 100 } } });
  });

  it("that a run is judging at the moment is left to it, if it claims nothing that was measured", async () => {
    const { claim, recorded } = await aStage();
    const { submission_id, report_id } = await claim(1);
    const hold = "update reconciliations set lease_run = 'run_1', lease_until = ? where report_id = ?";
    await env.DB.prepare(hold)
      .bind(START + 60_000, report_id)
      .run();
    const entry = { submission_id, observed_at: iso(START), clicks: 100 };
    expect(await recorded(entry)).toMatchObject({ reopened: 0 });
    expect(await reconciliation(report_id)).toMatchObject({ lease_run: "run_1" });
  });

  it("and is open is left to its own time", async () => {
    const { world, submission_id, report_id, recorded } = await aJudgedClaim();
    await rows("update reconciliations set state = 'provisional' where report_id = ?", report_id);
    const entry = { submission_id, observed_at: iso(START), clicks: 100 };
    expect(await recorded(entry)).toMatchObject({ reopened: 0 });
    expect(world.sent).toEqual([]);
  });
});
