import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { tick } from "../../src/queues/tick.ts";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  reconciliation,
  refusalOf,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

const AFFILIATES = "/api/v1/affiliates";

async function aStage(config: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(config);
  const admin = await issueKey(world, "admin", null);
  const create = (body: unknown, key: string | undefined = admin) =>
    world.request("POST", AFFILIATES, { key, body });
  const get = (path: string, key: string | undefined = admin) =>
    world.request("GET", `${AFFILIATES}${path}`, { key });
  const patch = (id: string, body: unknown, key: string | undefined = admin) =>
    world.request("PATCH", `${AFFILIATES}/${id}`, { key, body });
  return { world, admin, create, get, patch };
}

const BODY = { name: "Clip Kings", email: "clips@example.com" };

interface AffiliateAnswer {
  id: string;
  name: string;
  email: string;
  status: string;
  trust: number;
  trust_bucket: string;
  total_submissions: number;
  accurate_submissions: number;
  accuracy: number | null;
  api_key: string;
}

const idsOf = async (response: Response) => {
  const { data }: { data: { id: string }[] } = await response.json();
  return data.map(({ id }) => id);
};

describe("creating an affiliate", () => {
  it("answers the account with its key, which works at once and is stored as a hash only", async () => {
    const { world, create, get } = await aStage();
    const response = await create({ name: "  Clip Kings ", email: "  Clips@Example.COM " });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const created: AffiliateAnswer = await response.json();
    expect(created).toEqual({
      id: expect.stringMatching(/^aff_[0-9A-Z]{26}$/),
      name: "Clip Kings",
      email: "clips@example.com",
      status: "active",
      trust: 0.5,
      trust_bucket: "normal",
      total_submissions: 0,
      accurate_submissions: 0,
      accuracy: null,
      discord_linked: false,
      created_at: "2026-06-01T12:00:00.000Z",
      updated_at: "2026-06-01T12:00:00.000Z",
      api_key: expect.stringMatching(/^cck_[0-9A-Za-z]{38}$/),
    });

    const { api_key, ...affiliate } = created;
    const me = await get("/me", api_key);
    expect(me.status).toBe(200);
    expect(await me.json()).toEqual(affiliate);
    const stored = await rows("select * from api_keys where subject_id = ?", created.id);
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain(api_key);
    expect(world.lines.join()).not.toContain(api_key);
  });

  it("counts the account in the bucket of trust it begins in", async () => {
    const { create } = await aStage();
    await create(BODY);
    await create({ name: "Second", email: "second@example.com" });
    expect(await rows("select * from counters where name = 'affiliates'")).toEqual([
      { name: "affiliates", label: "normal", value: 2 },
    ]);
  });

  it.each([
    { field: "name", body: { ...BODY, email: "other@example.com" } },
    { field: "email", body: { name: "Others", email: "CLIPS@example.com" } },
  ])("is refused for a $field that is taken, and leaves nothing behind", async ({ field, body }) => {
    const { create } = await aStage();
    await create(BODY);
    expect(await refusalOf(await create(body))).toEqual({
      status: 409,
      code: "conflict",
      pointers: [`#/${field}`],
    });
    const left = await row(`select (select count(*) from affiliates) as affiliates,
      (select count(*) from api_keys where role = 'affiliate') as keys,
      (select value from counters where name = 'affiliates') as counted`);
    expect(left).toEqual({ affiliates: 1, keys: 1, counted: 1 });
  });

  it.each([
    { body: {}, pointers: ["#/name", "#/email"] },
    { body: { ...BODY, email: "nobody" }, pointers: ["#/email"] },
    { body: { ...BODY, email: `${"a".repeat(64)}@${"b".repeat(186)}.com` }, pointers: ["#/email"] },
    { body: { ...BODY, name: "  " }, pointers: ["#/name"] },
    { body: { ...BODY, name: "n".repeat(201) }, pointers: ["#/name"] },
    // Each of these is one character as it is sent and two once normalised.
    { body: { ...BODY, name: "\u0958".repeat(101) }, pointers: ["#/name"] },
    { body: { ...BODY, name: "two\nlines" }, pointers: ["#/name"] },
    { body: { ...BODY, trust: 1 }, pointers: ["#/trust"] },
  ])("refuses $body with a pointer", async ({ body, pointers }) => {
    const { create } = await aStage();
    expect(await refusalOf(await create(body))).toEqual({ status: 422, code: "validation_failed", pointers });
  });

  it("accepts a name of 200 characters", async () => {
    const { create } = await aStage();
    expect((await create({ ...BODY, name: "n".repeat(200) })).status).toBe(201);
  });

  it("takes a stranger where self-signup is on", async () => {
    const { world, get } = await aStage({ SELF_SIGNUP: "on" });
    const response = await world.request("POST", AFFILIATES, { body: BODY });
    expect(response.status).toBe(201);
    const { api_key }: AffiliateAnswer = await response.json();
    expect((await get("/me", api_key)).status).toBe(200);
  });

  it("refuses a stranger where it is off, which is the default", async () => {
    const { world } = await aStage();
    expect((await world.request("POST", AFFILIATES, { body: BODY })).status).toBe(401);
    expect(await row("select count(*) as n from affiliates")).toEqual({ n: 0 });
  });

  it("refuses a key that is none or not an admin's, self-signup or not", async () => {
    const { world, create } = await aStage({ SELF_SIGNUP: "on" });
    const affiliate = await anAffiliate(world);
    const advertiser = await anAdvertiser(world);
    expect((await create(BODY, affiliate.key)).status).toBe(403);
    expect((await create(BODY, advertiser.key)).status).toBe(403);
    expect((await create(BODY, "cck_nothing")).status).toBe(401);
  });
});

describe("listing affiliates", () => {
  it("pages from the newest to the oldest", async () => {
    const { world, get } = await aStage();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await anAffiliate(world)).id);
    const first = await get("?limit=2");
    const { data, next_cursor }: { data: AffiliateAnswer[]; next_cursor: string } = await first.json();
    expect(data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.headers.get("link")).toBe(`<${AFFILIATES}?limit=2&cursor=${next_cursor}>; rel="next"`);
    const last = await get(`?limit=2&cursor=${next_cursor}`);
    expect(await last.json()).toMatchObject({ data: [{ id: ids[2] }], next_cursor: null });
  });

  it("shows those of one status", async () => {
    const { world, get } = await aStage();
    const active = await anAffiliate(world);
    const suspended = await anAffiliate(world, { status: "suspended" });
    expect(await idsOf(await get("?status=suspended"))).toEqual([suspended.id]);
    expect(await idsOf(await get("?status=active"))).toEqual([active.id]);
  });

  it("is the admin's, refuses what it does not know, and reads no table whole", async () => {
    const { world, get } = await aStage();
    const affiliate = await anAffiliate(world);
    expect((await get("", affiliate.key)).status).toBe(403);
    expect((await world.request("GET", AFFILIATES)).status).toBe(401);
    expect((await refusalOf(await get("?status=gone"))).pointers).toEqual(["#query/status"]);
    expect((await refusalOf(await get("?sort=name"))).pointers).toEqual(["#query/sort"]);
    const plans = await plansOf(world, () => get("?status=active"));
    expect(plans.join()).toContain("SEARCH affiliates USING PRIMARY KEY");
    expect(fullScans(plans, "affiliates")).toEqual([]);
  });
});

describe("reading an affiliate", () => {
  it("shows it to an admin and to itself, in two trips", async () => {
    const { world, get } = await aStage();
    const affiliate = await anAffiliate(world, { trust: 749_999 });
    world.takeUsage();
    const own = await get(`/${affiliate.id}`, affiliate.key);
    expect(world.takeUsage().trips).toBe(2);
    expect(await own.json()).toMatchObject({ id: affiliate.id, trust: 0.749999, trust_bucket: "normal" });
    expect((await get(`/${affiliate.id}`)).status).toBe(200);
  });

  it("hides it from other affiliates, and refuses advertisers", async () => {
    const { world, get } = await aStage();
    const [affiliate, other, advertiser] = [
      await anAffiliate(world),
      await anAffiliate(world),
      await anAdvertiser(world),
    ];
    expect((await get(`/${affiliate.id}`, other.key)).status).toBe(404);
    expect((await get(`/${affiliate.id}`, advertiser.key)).status).toBe(403);
    expect((await world.request("GET", `${AFFILIATES}/${affiliate.id}`)).status).toBe(401);
    expect((await get(`/${world.ctx.ids("aff")}`)).status).toBe(404);
    expect(await refusalOf(await get("/nobody"))).toMatchObject({ status: 422, pointers: ["#path/id"] });
  });

  it("gives its accuracy once there is a verdict", async () => {
    const { world, get } = await aStage();
    const { id } = await anAffiliate(world);
    await world.ctx.db.$client
      .prepare("update affiliates set total_submissions = 8, accurate_submissions = 2 where id = ?")
      .bind(id)
      .run();
    expect(await (await get(`/${id}`)).json()).toMatchObject({ total_submissions: 8, accuracy: 0.25 });
  });
});

describe("an affiliate's own account", () => {
  it("changes its name and e-mail", async () => {
    const { world } = await aStage();
    const { id, key } = await anAffiliate(world);
    world.advance(1_000);
    const response = await world.request("PUT", `${AFFILIATES}/me`, { key, body: BODY });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, ...BODY, updated_at: "2026-06-01T12:00:01.000Z" });
  });

  it("may keep what it has, but not take what another has", async () => {
    const { world, create } = await aStage();
    await create(BODY);
    const { key } = await anAffiliate(world);
    const put = (body: unknown) => world.request("PUT", `${AFFILIATES}/me`, { key, body });
    const mine = { name: "Mine", email: "mine@example.com" };
    expect((await put(mine)).status).toBe(200);
    expect((await put(mine)).status).toBe(200);
    expect(await refusalOf(await put({ ...mine, email: BODY.email }))).toMatchObject({
      status: 409,
      pointers: ["#/email"],
    });
  });

  it("has no status or trust of its own choosing, needs both fields, and is no admin's", async () => {
    const { world, admin } = await aStage();
    const { key } = await anAffiliate(world);
    const put = (body: unknown, as = key) => world.request("PUT", `${AFFILIATES}/me`, { key: as, body });
    expect((await refusalOf(await put({ ...BODY, status: "active" }))).pointers).toEqual(["#/status"]);
    expect((await refusalOf(await put({ name: "Only" }))).pointers).toEqual(["#/email"]);
    expect((await put(BODY, admin)).status).toBe(403);
    expect((await world.request("GET", `${AFFILIATES}/me`, { key: admin })).status).toBe(403);
  });
});

describe("changing an affiliate", () => {
  it("changes what is named and nothing else", async () => {
    const { world, patch } = await aStage();
    const { id } = await anAffiliate(world);
    const before = await row<{ email: string }>("select * from affiliates where id = ?", id);
    const response = await patch(id, { name: "Renamed" });
    expect(response.status).toBe(200);
    expect(await row("select * from affiliates where id = ?", id)).toEqual({ ...before, name: "Renamed" });
  });

  it("cannot give it what another has", async () => {
    const { world, create, patch } = await aStage();
    await create(BODY);
    const { id } = await anAffiliate(world);
    const before = await row("select * from affiliates where id = ?", id);
    for (const field of ["name", "email"] as const) {
      expect(await refusalOf(await patch(id, { [field]: BODY[field] }))).toEqual({
        status: 409,
        code: "conflict",
        pointers: [`#/${field}`],
      });
    }
    expect(await row("select * from affiliates where id = ?", id)).toEqual(before);
  });

  it("is the admin's alone, and must change something that exists", async () => {
    const { world, patch } = await aStage();
    const { id, key } = await anAffiliate(world);
    expect((await patch(id, { status: "active" }, key)).status).toBe(403);
    expect((await patch(world.ctx.ids("aff"), { name: "Nobody" })).status).toBe(404);
    expect(await refusalOf(await patch(id, {}))).toMatchObject({ status: 422, pointers: ["#"] });
    expect((await refusalOf(await patch(id, { status: "gone" }))).pointers).toEqual(["#/status"]);
  });

  it("to suspended closes open reports unjudged, and to active opens and judges them", async () => {
    const { world, patch } = await aStage();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const { report_id } = await submit(world, { key: affiliate.key, campaignId });
    expect((await patch(affiliate.id, { status: "suspended" })).status).toBe(200);
    await world.deliver();
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", status: "SKIPPED_SUSPENDED" });

    world.advance(30 * 86_400_000);
    expect(await (await patch(affiliate.id, { status: "active" })).json()).toMatchObject({
      status: "active",
    });
    expect(await reconciliation(report_id)).toMatchObject({
      state: "open",
      attempts: 0,
      next_attempt_at: world.now,
      sweep_at: world.now,
      counted_status: "SKIPPED_SUSPENDED",
    });
    await tick(world.ctx);
    await world.deliver();
    expect(await reconciliation(report_id)).toMatchObject({
      state: "final",
      status: "MATCHED",
      counted_status: "MATCHED",
    });
  });

  it("to active leaves the reports of others, and those that were judged, alone", async () => {
    const { world, patch } = await aStage();
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await world.setPost("youtube", videoId(2), { metrics: { views: 1_000 } });
    const [reinstated, other] = [await anAffiliate(world), await anAffiliate(world)];
    const judged = await submit(world, { key: reinstated.key, campaignId });
    const skipped = await submit(world, { key: other.key, campaignId, video: videoId(2) });
    await patch(other.id, { status: "suspended" });
    await world.deliver();
    await patch(reinstated.id, { status: "active" });
    expect(await reconciliation(judged.report_id)).toMatchObject({ state: "final", status: "MATCHED" });
    expect(await reconciliation(skipped.report_id)).toMatchObject({ state: "final" });
  });

  it("finds the skipped reports by the affiliate, not by reading them all", async () => {
    const { world, patch } = await aStage();
    const { id } = await anAffiliate(world);
    const plans = await plansOf(world, () => patch(id, { status: "active" }));
    expect(plans.join()).toContain("reconciliations_affiliate");
    expect(fullScans(plans, "reconciliations")).toEqual([]);
  });
});

describe("the trust ledger", () => {
  async function aJudgedAffiliate() {
    const stage = await aStage();
    const { world } = stage;
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const claims = [1_000, 1_300];
    const receipts = [];
    for (const [i, views] of claims.entries()) {
      await world.setPost("youtube", videoId(i), { metrics: { views: 1_000 } });
      receipts.push(
        await submit(world, {
          key: affiliate.key,
          campaignId,
          video: videoId(i),
          claimed: { claimed_views: views },
        }),
      );
      await world.deliver();
    }
    return { ...stage, affiliate, receipts };
  }

  it("gives every change with its cause, newest first, and the score replayed", async () => {
    const { get, affiliate, receipts } = await aJudgedAffiliate();
    const response = await get(`/${affiliate.id}/trust`, affiliate.key);
    expect(response.status).toBe(200);
    const line = (i: number, kind: string, delta: number, score_after: number) => ({
      id: expect.stringMatching(/^tev_/),
      cause: "verdict",
      kind,
      delta,
      score_after,
      report_id: receipts[i]?.report_id,
      submission_id: receipts[i]?.submission_id,
      created_at: "2026-06-01T12:00:00.000Z",
    });
    expect(await response.json()).toEqual({
      trust: 0.41,
      trust_bucket: "low",
      trust_replayed: 0.41,
      data: [line(1, "overclaim", -0.1, 0.41), line(0, "perfect_match", 0.01, 0.51)],
      next_cursor: null,
    });
  });

  it("replays the whole ledger on every page", async () => {
    const { get, affiliate } = await aJudgedAffiliate();
    const first: { next_cursor: string } = await (await get(`/${affiliate.id}/trust?limit=1`)).json();
    const second = await get(`/${affiliate.id}/trust?limit=1&cursor=${first.next_cursor}`);
    expect(await second.json()).toMatchObject({
      trust_replayed: 0.41,
      data: [{ kind: "perfect_match" }],
      next_cursor: null,
    });
  });

  it("of a new affiliate is empty and replays to the score it began with", async () => {
    const { world, get } = await aStage();
    const { id } = await anAffiliate(world);
    expect(await (await get(`/${id}/trust`)).json()).toEqual({
      trust: 0.5,
      trust_bucket: "normal",
      trust_replayed: 0.5,
      data: [],
      next_cursor: null,
    });
  });

  it("is hidden from other affiliates and refused to advertisers", async () => {
    const { world, get } = await aStage();
    const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
    const advertiser = await anAdvertiser(world);
    expect((await get(`/${affiliate.id}/trust`, other.key)).status).toBe(404);
    expect((await get(`/${affiliate.id}/trust`, advertiser.key)).status).toBe(403);
    expect((await get(`/${world.ctx.ids("aff")}/trust`)).status).toBe(404);
    expect((await get(`/${affiliate.id}/trust?cursor=x`)).status).toBe(422);
  });

  it("is found by its key", async () => {
    const { world, get } = await aStage();
    const { id } = await anAffiliate(world);
    const plans = await plansOf(world, () => get(`/${id}/trust`));
    expect(plans.join()).toContain("SEARCH trust_events USING PRIMARY KEY (affiliate_id=? AND id<?)");
    expect(fullScans(plans, "trust_events")).toEqual([]);
  });
});
