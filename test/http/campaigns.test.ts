import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_CAMPAIGN_POLICY } from "../../src/domain/campaign-policy.ts";
import { DEFAULT_SOURCES } from "../../src/domain/metric-source.ts";
import { DEFAULT_POLICY } from "../../src/domain/policy.ts";
import { DEFAULT_LINK_PARAMS } from "../../src/domain/tracked-link.ts";
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
import { createWorld, issueKey, START } from "../support/world.ts";

afterEach(() => reset());

const CAMPAIGNS = "/api/v1/campaigns";
const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

const DEFAULT_WIRE_POLICY = DEFAULT_CAMPAIGN_POLICY;
const BODY = { name: "Launch", platforms: ["youtube"] };

interface CampaignAnswer {
  id: string;
  status: string;
  starts_at: string;
  ends_at: string | null;
  claims_close_at: string | null;
  platforms: string[];
  pay: Record<string, unknown>;
  policy?: Record<string, unknown>;
  policy_version: number;
  updated_at: string;
}

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const advertiser = await anAdvertiser(world);
  const send = (
    method: string,
    path: string,
    { body, key = advertiser.key }: { body?: unknown; key?: string } = {},
  ) => world.request(method, `${CAMPAIGNS}${path}`, { key, body });
  const create = (changes: object = {}, key: string = advertiser.key) =>
    send("POST", "", { body: { ...BODY, ...changes }, key });
  const created = async (changes: object = {}): Promise<CampaignAnswer> => {
    const response = await create(changes);
    expect(response.status).toBe(201);
    return response.json();
  };
  const patch = (id: string, body: unknown, key: string = advertiser.key) =>
    send("PATCH", `/${id}`, { body, key });
  const patched = async (id: string, body: unknown): Promise<CampaignAnswer> => {
    const response = await patch(id, body);
    expect(response.status).toBe(200);
    return response.json();
  };
  const listed = async (key: string, query = "") => {
    const page: { data: CampaignAnswer[] } = await (await send("GET", query, { key })).json();
    return page.data.map(({ id }) => id);
  };
  return { world, admin, advertiser, send, create, created, patch, patched, listed };
}

const policyVersions = (id: string) =>
  rows<{ version: number; body: string }>(
    "select version, body from policies where campaign_id = ? order by version",
    id,
  );

describe("starting a campaign", () => {
  it("of which only name and platforms are known takes the defaults", async () => {
    const { world, advertiser, send, created } = await aStage();
    const campaign = await created({ platforms: ["youtube", "x"] });
    expect(campaign).toEqual({
      id: expect.stringMatching(/^cmp_[0-9A-Z]{26}$/),
      advertiser_id: advertiser.id,
      name: "Launch",
      status: "ACTIVE",
      access: "open",
      platforms: ["x", "youtube"],
      starts_at: iso(START),
      ends_at: null,
      claims_close_at: null,
      observe_every_minutes: world.ctx.config.OBSERVE_EVERY_MINUTES,
      landing_url: null,
      pay: { currency: null, cpm_minor: null, cap_minor: null, minimum_minor: null },
      policy: DEFAULT_WIRE_POLICY,
      policy_version: 1,
      attribution_days: world.ctx.config.ATTRIBUTION_DAYS,
      link_params: DEFAULT_LINK_PARAMS,
      conversions_from: null,
      created_at: iso(START),
      updated_at: iso(START),
    });
    world.takeUsage();
    expect(await (await send("GET", `/${campaign.id}`)).json()).toEqual(campaign);
    expect(world.takeUsage().trips).toBe(2);
    expect(await policyVersions(campaign.id)).toEqual([
      { version: 1, body: JSON.stringify(DEFAULT_WIRE_POLICY) },
    ]);
  });

  it("takes dates, access, frequency, landing page, pay and policy", async () => {
    const { admin, advertiser, create } = await aStage();
    const pay = { currency: "EUR", cpm_minor: 250, cap_minor: 100_000, minimum_minor: 0 };
    const response = await create(
      {
        advertiser_id: advertiser.id,
        access: "invite",
        starts_at: "2026-07-01T02:00:00+02:00",
        ends_at: "2026-08-01T00:00:00Z",
        observe_every_minutes: 5,
        landing_url: "https://shop.example.com/launch?a=b",
        pay,
        policy: { low_max: 0.06, settle_hours: 48, slack: { views: 0 } },
      },
      admin,
    );
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      advertiser_id: advertiser.id,
      access: "invite",
      starts_at: "2026-07-01T00:00:00.000Z",
      ends_at: "2026-08-01T00:00:00.000Z",
      claims_close_at: "2026-08-08T00:00:00.000Z",
      observe_every_minutes: 5,
      landing_url: "https://shop.example.com/launch?a=b",
      pay,
      policy: {
        ...DEFAULT_WIRE_POLICY,
        low_max: 0.06,
        settle_hours: 48,
        slack: { ...DEFAULT_POLICY.slack, views: 0 },
      },
    });
  });

  it("judges by the policy it was given", async () => {
    const { world, created } = await aStage();
    const { id } = await created({ policy: { match_tolerance: 0.5, low_max: 0.5, medium_max: 0.5 } });
    const affiliate = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const claimed = { claimed_views: 1_500 };
    const { report_id } = await submit(world, { key: affiliate.key, campaignId: id, claimed });
    await world.deliver();
    expect(await reconciliation(report_id)).toMatchObject({ status: "MATCHED", policy_version: 1 });
  });

  it.each([
    [{ name: "" }, ["#/name"]],
    [{ platforms: [] }, ["#/platforms"]],
    [{ platforms: ["youtube", "youtube"] }, ["#/platforms"]],
    [{ platforms: ["myspace"] }, ["#/platforms/0"]],
    [{ access: "closed" }, ["#/access"]],
    [{ starts_at: "tomorrow" }, ["#/starts_at"]],
    [{ starts_at: "2026-07-01T00:00:00Z", ends_at: "2026-07-01T00:00:00Z" }, ["#/ends_at"]],
    [{ observe_every_minutes: 4 }, ["#/observe_every_minutes"]],
    [{ observe_every_minutes: 43_201 }, ["#/observe_every_minutes"]],
    [{ landing_url: "http://shop.example.com" }, ["#/landing_url"]],
    [{ landing_url: "https://user:word@shop.example.com" }, ["#/landing_url"]],
    [{ landing_url: "https://shop.example.com/\u0000" }, ["#/landing_url"]],
    [{ landing_url: " https://shop.example.com" }, ["#/landing_url"]],
    [{ landing_url: "javascript:alert(1)" }, ["#/landing_url"]],
    [{ landing_url: `https://shop.example.com/${"a".repeat(2_048)}` }, ["#/landing_url"]],
    [{ pay: { cpm_minor: 1 } }, ["#/pay/currency"]],
    [{ pay: { currency: null, cap_minor: 0 } }, ["#/pay/currency"]],
    [{ pay: { currency: "eur" } }, ["#/pay/currency"]],
    [{ pay: { currency: "EUR", cpm_minor: -1 } }, ["#/pay/cpm_minor"]],
    [{ pay: { currency: "EUR", cpm_minor: 2.5 } }, ["#/pay/cpm_minor"]],
    [{ pay: { currency: "EUR", bonus: 1 } }, ["#/pay/bonus"]],
    [{ policy: { low_max: -0.01 } }, ["#/policy/low_max"]],
    [{ policy: { low_max: "0.05" } }, ["#/policy/low_max"]],
    [{ policy: { critical_over: 10.1 } }, ["#/policy/critical_over"]],
    [{ policy: { settle_hours: 721 } }, ["#/policy/settle_hours"]],
    [{ policy: { settle_hours: 0.5 } }, ["#/policy/settle_hours"]],
    [{ policy: { slack: { views: -1 } } }, ["#/policy/slack/views"]],
    [{ policy: { slack: { saves: 1 } } }, ["#/policy/slack/saves"]],
    [{ policy: { tolerance: 1 } }, ["#/policy/tolerance"]],
    [{ policy: { low_max: 0.21 } }, ["#/policy/medium_max"]],
    [{ status: "PAUSED" }, ["#/status"]],
    [{ attribution_days: 0 }, ["#/attribution_days"]],
    [{ attribution_days: 366 }, ["#/attribution_days"]],
    [{ attribution_days: 1.5 }, ["#/attribution_days"]],
    [{ attribution_days: "30" }, ["#/attribution_days"]],
    [{ link_params: { click_id: "" } }, ["#/link_params/click_id"]],
    [{ link_params: { click_id: "a".repeat(41) } }, ["#/link_params/click_id"]],
    [{ link_params: { affiliate: "a b" } }, ["#/link_params/affiliate"]],
    [{ link_params: { sub_id: "a&b" } }, ["#/link_params/sub_id"]],
    [{ link_params: { source: "src" } }, ["#/link_params/source"]],
    [{ link_params: { click_id: "ref", affiliate: "ref" } }, ["#/link_params"]],
    [{ link_params: { sub_id: "click_id" } }, ["#/link_params"]],
    [{ landing_url: "https://shop.example.com/?click_id=own" }, ["#/link_params/click_id"]],
    [
      { landing_url: "https://shop.example.com/?ref=own", link_params: { affiliate: "ref" } },
      ["#/link_params/affiliate"],
    ],
    [{ conversions_from: "yesterday" }, ["#/conversions_from"]],
    [{ conversions_from: 1_780_000_000_000 }, ["#/conversions_from"]],
    [{ policy: { conversion_settle_hours: -1 } }, ["#/policy/conversion_settle_hours"]],
    [{ policy: { conversion_settle_hours: 721 } }, ["#/policy/conversion_settle_hours"]],
    [{ policy: { conversion_settle_hours: null } }, ["#/policy/conversion_settle_hours"]],
    [{ policy: { sources: { clicks: [] } } }, ["#/policy/sources/clicks"]],
    [{ policy: { sources: { clicks: ["shop"] } } }, ["#/policy/sources/clicks/0"]],
    [{ policy: { sources: { clicks: ["advertiser", "advertiser"] } } }, ["#/policy/sources/clicks"]],
    [{ policy: { sources: { saves: ["advertiser"] } } }, ["#/policy/sources/saves"]],
    [{ policy: { sources: { views: ["platform_api", "tracking_link"] } } }, ["#/policy/sources/views"]],
  ])("refuses %j with a pointer, and stores nothing", async (changes, pointers) => {
    const { create } = await aStage();
    expect(await refusalOf(await create(changes))).toEqual({
      status: 422,
      code: "validation_failed",
      pointers,
    });
    expect(await row("select count(*) as n from campaigns")).toEqual({ n: 0 });
  });

  it.each([
    [{ observe_every_minutes: 43_200 }],
    [{ pay: { currency: "EUR" } }],
    [{ pay: null, landing_url: null, ends_at: null }],
    [{ starts_at: "2026-07-01T00:00:00.000Z", ends_at: "2026-07-01T00:00:00.001Z" }],
    [{ policy: { critical_over: 10, settle_hours: 720, slack: {} } }],
    [{ attribution_days: 1 }],
    [{ attribution_days: 365 }],
    [{ link_params: { click_id: "a".repeat(40), affiliate: null, sub_id: "a.b~c-d_E" } }],
    [{ link_params: { click_id: null, affiliate: null, sub_id: null } }],
    [{ link_params: {} }],
    [{ conversions_from: null }],
    [{ policy: { conversion_settle_hours: 0 } }],
    [{ policy: { conversion_settle_hours: 720, sources: {} } }],
    [{ policy: { sources: { conversions: ["platform_api", "advertiser", "tracking_link"] } } }],
  ])("accepts %j", async (changes) => {
    const { create } = await aStage();
    expect((await create(changes)).status).toBe(201);
  });

  it("is for an active advertiser: named by an admin, itself for an advertiser", async () => {
    const { world, admin, advertiser, create } = await aStage();
    const other = await anAdvertiser(world);
    expect((await create({ advertiser_id: advertiser.id })).status).toBe(201);
    expect((await refusalOf(await create({ advertiser_id: other.id }))).pointers).toEqual([
      "#/advertiser_id",
    ]);
    expect((await refusalOf(await create({}, admin))).pointers).toEqual(["#/advertiser_id"]);
    const unknown = await create({ advertiser_id: world.ctx.ids("adv") }, admin);
    expect((await refusalOf(unknown)).pointers).toEqual(["#/advertiser_id"]);
    await world.request("DELETE", `/api/v1/advertisers/${other.id}`, { key: admin });
    const archived = await create({ advertiser_id: other.id }, admin);
    expect((await refusalOf(archived)).pointers).toEqual(["#/advertiser_id"]);
    expect(
      await row("select (select count(*) from campaigns) as c, (select count(*) from policies) as p"),
    ).toEqual({
      c: 1,
      p: 1,
    });
  });

  it("is not for affiliates or strangers", async () => {
    const { world, create } = await aStage();
    const affiliate = await anAffiliate(world);
    expect((await create({}, affiliate.key)).status).toBe(403);
    expect((await world.request("POST", CAMPAIGNS, { body: BODY })).status).toBe(401);
  });
});

describe("seeing campaigns", () => {
  async function aMarket() {
    const stage = await aStage();
    const { world, advertiser } = stage;
    const affiliate = await anAffiliate(world);
    const mine = { advertiserId: advertiser.id };
    const open = await aCampaign(world, mine);
    const paused = await aCampaign(world, { ...mine, status: "PAUSED" });
    const ended = await aCampaign(world, { ...mine, status: "ENDED" });
    const inviting = await aCampaign(world, { ...mine, access: "invite" });
    const closed = await aCampaign(world, { access: "invite" });
    const body = { affiliate_ids: [affiliate.id] };
    expect((await stage.send("PUT", `/${inviting}/affiliates`, { body })).status).toBe(200);
    return { ...stage, affiliate, open, paused, ended, inviting, closed };
  }

  it("lists for each role what is theirs, newest first", async () => {
    const m = await aMarket();
    expect(await m.listed(m.admin)).toEqual([m.closed, m.inviting, m.ended, m.paused, m.open]);
    expect(await m.listed(m.advertiser.key)).toEqual([m.inviting, m.ended, m.paused, m.open]);
    expect(await m.listed(m.affiliate.key)).toEqual([m.inviting, m.open]);
    const stranger = await anAffiliate(m.world);
    expect(await m.listed(stranger.key)).toEqual([m.open]);
  });

  it("lists one status", async () => {
    const m = await aMarket();
    expect(await m.listed(m.admin, "?status=PAUSED")).toEqual([m.paused]);
    expect(await m.listed(m.advertiser.key, "?status=ENDED")).toEqual([m.ended]);
    expect(await m.listed(m.affiliate.key, "?status=ACTIVE")).toEqual([m.inviting, m.open]);
    expect(await m.listed(m.affiliate.key, "?status=PAUSED")).toEqual([]);
    expect((await refusalOf(await m.send("GET", "?status=active"))).pointers).toEqual(["#query/status"]);
  });

  it("pages", async () => {
    const m = await aMarket();
    const first: { next_cursor: string } = await (await m.send("GET", "?limit=3")).json();
    const rest = await m.send("GET", `?limit=3&cursor=${first.next_cursor}`);
    expect(await rest.json()).toMatchObject({ data: [{ id: m.open }], next_cursor: null });
  });

  it("reads one whatever its status, if it exists for whom asks", async () => {
    const m = await aMarket();
    const status = async (id: string, key: string) => (await m.send("GET", `/${id}`, { key })).status;
    expect(await status(m.ended, m.affiliate.key)).toBe(200);
    expect(await status(m.inviting, m.affiliate.key)).toBe(200);
    expect(await status(m.closed, m.affiliate.key)).toBe(404);
    expect(await status(m.closed, m.advertiser.key)).toBe(404);
    expect(await status(m.closed, m.admin)).toBe(200);
    expect(await status(m.world.ctx.ids("cmp"), m.admin)).toBe(404);
    expect((await m.world.request("GET", `${CAMPAIGNS}/${m.open}`)).status).toBe(401);
  });

  it("shows affiliates the pay but not how closely they are judged", async () => {
    const { world, created, send } = await aStage();
    const affiliate = await anAffiliate(world);
    const { id } = await created({ pay: { currency: "USD", cpm_minor: 100 } });
    const seen: CampaignAnswer = await (await send("GET", `/${id}`, { key: affiliate.key })).json();
    expect(seen.pay).toMatchObject({ currency: "USD", cpm_minor: 100 });
    expect(seen).not.toHaveProperty("policy");
    expect(await (await send("GET", "", { key: affiliate.key })).text()).not.toContain("low_max");
  });

  it("is answered by an index for every role and filter, in two trips", async () => {
    const m = await aMarket();
    const expected: [string, string, string][] = [
      [m.admin, "", "SEARCH c USING PRIMARY KEY (id<?)"],
      [m.admin, "?status=ACTIVE", "SEARCH c USING PRIMARY KEY campaigns_status (status=? AND id<?)"],
      [m.advertiser.key, "?status=ACTIVE", "campaigns_advertiser (advertiser_id=? AND id<?)"],
      [m.affiliate.key, "", "campaigns_status (status=? AND id<?)"],
    ];
    for (const [key, query, index] of expected) {
      m.world.takeUsage();
      const plans = await plansOf(m.world, () => m.send("GET", query, { key }));
      expect(m.world.takeUsage().trips).toBe(2);
      expect(plans.join("\n")).toContain(index.replace("PRIMARY KEY campaigns", "INDEX campaigns"));
      expect(["c", "p", "cp", "i"].flatMap((table) => fullScans(plans, table))).toEqual([]);
    }
  });
});

describe("what a campaign says of its links and conversions", () => {
  it("is stored and shown as it was given; names that are left out keep their default", async () => {
    const { created } = await aStage();
    const campaign = await created({
      attribution_days: 7,
      link_params: { click_id: "cid", sub_id: null },
      conversions_from: "2026-05-01T02:00:00+02:00",
      policy: { conversion_settle_hours: 48, sources: { clicks: ["platform_api"] } },
    });
    expect(campaign).toMatchObject({
      attribution_days: 7,
      link_params: { click_id: "cid", affiliate: DEFAULT_LINK_PARAMS.affiliate, sub_id: null },
      conversions_from: "2026-05-01T00:00:00.000Z",
      policy: { conversion_settle_hours: 48, sources: { ...DEFAULT_SOURCES, clicks: ["platform_api"] } },
    });
  });

  it("is changed name by name, and metric by metric", async () => {
    const { created, patched, patch } = await aStage();
    const { id } = await created({ link_params: { click_id: "cid" }, attribution_days: 7 });
    expect(await patched(id, { link_params: { affiliate: null } })).toMatchObject({
      attribution_days: 7,
      link_params: { click_id: "cid", affiliate: null, sub_id: DEFAULT_LINK_PARAMS.sub_id },
      policy_version: 1,
    });
    // A conflict with a name that is there already.
    expect((await refusalOf(await patch(id, { link_params: { sub_id: "cid" } }))).pointers).toEqual([
      "#/link_params",
    ]);
    const conversions_from = iso(START);
    expect(await patched(id, { attribution_days: 8, conversions_from })).toMatchObject({
      attribution_days: 8,
      conversions_from,
    });
    expect(await patched(id, { conversions_from: null })).toMatchObject({ conversions_from: null });
    const sources = { conversions: ["advertiser"] };
    expect(await patched(id, { policy: { sources } })).toMatchObject({
      policy: { sources: { ...DEFAULT_SOURCES, ...sources } },
      policy_version: 2,
    });
    expect(await patched(id, { policy: { sources, conversion_settle_hours: 24 } })).toMatchObject({
      policy_version: 2,
    });
  });

  it("keeps the instant that claims were judged by: it moves back or goes, and never on", async () => {
    const { created, patch } = await aStage();
    const { id } = await created({ conversions_from: iso(START) });
    const refused = await refusalOf(await patch(id, { conversions_from: iso(START + 1) }));
    expect(refused.pointers).toEqual(["#/conversions_from"]);
    for (const conversions_from of [iso(START), iso(START - 1), null, iso(START + 1)])
      expect((await patch(id, { conversions_from })).status).toBe(200);
    // It is still to come.
    expect((await patch(id, { conversions_from: iso(START + 2) })).status).toBe(200);
  });

  it("is announced to the edge before and after it changes", async () => {
    const { world, created, patched } = await aStage();
    const { id } = await created();
    const { n } = await world.ctx.links.read(null);
    await patched(id, { landing_url: "https://new.example/" });
    expect((await world.ctx.links.read(n)).changes).toMatchObject([{ subject: id }, { subject: id }]);
  });
});

describe("changing a campaign", () => {
  it("changes what is named and nothing else", async () => {
    const { world, created, patched } = await aStage();
    const campaign = await created({
      landing_url: "https://a.example",
      pay: { currency: "USD", cpm_minor: 1 },
    });
    world.advance(1_000);
    const changes = { name: "Relaunch", access: "invite", observe_every_minutes: 60, landing_url: null };
    expect(await patched(campaign.id, changes)).toEqual({
      ...campaign,
      ...changes,
      updated_at: iso(START + 1_000),
    });
  });

  it("keeps its currency once orders have a value in it", async () => {
    const { world, advertiser, created, patch } = await aStage();
    const { id } = await created({ pay: { currency: "EUR", cpm_minor: 1 } });
    const report = async (order: object) => {
      const body = { campaign_id: id, ...order };
      const response = await world.request("POST", "/api/v1/conversions", { key: advertiser.key, body });
      expect(response.status).toBe(201);
    };
    await report({ order_id: "A-1" });
    expect((await patch(id, { pay: { currency: "USD", cpm_minor: 1 } })).status).toBe(200);
    await report({ order_id: "A-2", value: "5" });
    for (const pay of [{ currency: "EUR", cpm_minor: 1 }, null]) {
      const refused = await patch(id, { pay });
      expect(refused.status).toBe(409);
      const { detail } = await refused.json<{ detail: string }>();
      expect(detail).toBe("The campaign has orders in USD; its currency stays.");
    }
    expect((await patch(id, { pay: { currency: "USD", cpm_minor: 2 } })).status).toBe(200);
  });

  it("replaces the pay as a whole, or takes it back", async () => {
    const { created, patched } = await aStage();
    const { id } = await created({ pay: { currency: "USD", cpm_minor: 1, cap_minor: 2 } });
    const none = { currency: null, cpm_minor: null, cap_minor: null, minimum_minor: null };
    const pay = { currency: "EUR", minimum_minor: 500 };
    expect((await patched(id, { pay })).pay).toEqual({ ...none, ...pay });
    expect((await patched(id, { pay: null })).pay).toEqual(none);
  });

  it.each([
    { from: "ACTIVE", to: "PAUSED", status: 200 },
    { from: "PAUSED", to: "ACTIVE", status: 200 },
    { from: "ACTIVE", to: "ENDED", status: 200 },
    { from: "PAUSED", to: "ENDED", status: 200 },
    { from: "ENDED", to: "ENDED", status: 200 },
    { from: "ENDED", to: "ACTIVE", status: 409 },
    { from: "ENDED", to: "PAUSED", status: 409 },
  ] as const)("from $from to $to answers $status", async ({ from, to, status }) => {
    const { world, advertiser, patch } = await aStage();
    const id = await aCampaign(world, { advertiserId: advertiser.id, status: from });
    expect((await patch(id, { status: to })).status).toBe(status);
    const stored = await row("select status from campaigns where id = ?", id);
    expect(stored).toEqual({ status: status === 200 ? to : from });
  });

  it("to ENDED ends it now and gives its claims seven more days", async () => {
    const { world, created, patched } = await aStage();
    const { id } = await created({ ends_at: iso(START + 30 * DAY) });
    world.advance(DAY);
    expect(await patched(id, { status: "ENDED" })).toMatchObject({
      status: "ENDED",
      ends_at: iso(START + DAY),
      claims_close_at: iso(START + 8 * DAY),
    });
    world.advance(DAY);
    expect(await patched(id, { status: "ENDED", name: "Was great" })).toMatchObject({
      name: "Was great",
      ends_at: iso(START + DAY),
    });
  });

  it("to ENDED leaves an end that is past", async () => {
    const { world, created, patched } = await aStage();
    const { id, claims_close_at } = await created({ ends_at: iso(START + DAY) });
    world.advance(2 * DAY);
    expect(await patched(id, { status: "ENDED" })).toMatchObject({
      ends_at: iso(START + DAY),
      claims_close_at,
    });
  });

  it("to ENDED before it began is possible", async () => {
    const { created, patched } = await aStage();
    const { id } = await created({ starts_at: iso(START + DAY) });
    expect(await patched(id, { status: "ENDED" })).toMatchObject({ ends_at: iso(START + DAY + 1) });
  });

  it("once it has ended leaves its dates alone", async () => {
    const { created, patched, patch } = await aStage();
    const { id } = await created();
    await patched(id, { status: "ENDED" });
    for (const change of [{ ends_at: null }, { starts_at: iso(START - DAY) }]) {
      expect((await refusalOf(await patch(id, change))).code).toBe("conflict");
    }
  });

  it("moves the close of claims with the end, and keeps the end after the start", async () => {
    const { created, patched, patch } = await aStage();
    const { id } = await created();
    const ends_at = iso(START + DAY);
    expect(await patched(id, { ends_at })).toMatchObject({ ends_at, claims_close_at: iso(START + 8 * DAY) });
    expect((await refusalOf(await patch(id, { starts_at: ends_at }))).pointers).toEqual(["#/ends_at"]);
    expect(await patched(id, { ends_at: null })).toMatchObject({ ends_at: null, claims_close_at: null });
  });

  it("stores a changed policy as the next version and never edits one", async () => {
    const { created, patched } = await aStage();
    const { id } = await created({ policy: { low_max: 0.06 } });
    const changed = await patched(id, { policy: { medium_max: 0.3, slack: { clicks: 9 } } });
    const policy = {
      ...DEFAULT_WIRE_POLICY,
      low_max: 0.06,
      medium_max: 0.3,
      slack: { ...DEFAULT_POLICY.slack, clicks: 9 },
    };
    expect(changed).toMatchObject({ policy_version: 2, policy });
    expect((await policyVersions(id)).map(({ version, body }) => [version, JSON.parse(body)])).toEqual([
      [1, { ...DEFAULT_WIRE_POLICY, low_max: 0.06 }],
      [2, policy],
    ]);
  });

  it("makes no version of a policy that stays the same", async () => {
    const { created, patched } = await aStage();
    const { id } = await created();
    const same = { low_max: DEFAULT_POLICY.low_max, slack: {} };
    expect(await patched(id, { policy: same })).toMatchObject({ policy_version: 1 });
    expect(await policyVersions(id)).toHaveLength(1);
  });

  it("checks the bounds of the policy it would have", async () => {
    const { created, patched, patch } = await aStage();
    const { id } = await created();
    const refused = await refusalOf(await patch(id, { policy: { medium_max: 0.51 } }));
    expect(refused).toMatchObject({ status: 422, pointers: ["#/policy/critical_over"] });
    await patched(id, { policy: { critical_over: 0.6 } });
    expect(await patched(id, { policy: { medium_max: 0.51 } })).toMatchObject({ policy_version: 3 });
  });

  it("is refused if the campaign changed since it was read, so that no change is lost unseen", async () => {
    const { world, created, patch } = await aStage();
    const { id } = await created();
    const client = world.ctx.db.$client;
    const batch = client.batch.bind(client);
    // The other change slips in between the reading and the writing of this one, in the same millisecond.
    client.batch = async (statements) => {
      client.batch = batch;
      expect((await patch(id, { policy: { low_max: 0.07 } })).status).toBe(200);
      return batch(statements);
    };
    const late = await patch(id, { policy: { low_max: 0.06 }, name: "Late" });
    expect(await refusalOf(late)).toMatchObject({ status: 409, code: "conflict" });
    const bodies = (await policyVersions(id)).map(({ body }) => JSON.parse(body).low_max);
    expect(bodies).toEqual([DEFAULT_POLICY.low_max, 0.07]);
    expect(await row("select name from campaigns where id = ?", id)).toEqual({ name: "Launch" });
  });

  it("is for an admin and its own advertiser", async () => {
    const { world, admin, created, patch } = await aStage();
    const { id } = await created();
    const [other, affiliate] = [await anAdvertiser(world), await anAffiliate(world)];
    expect((await patch(id, { name: "Mine" }, other.key)).status).toBe(404);
    expect((await patch(id, { name: "Mine" }, affiliate.key)).status).toBe(403);
    expect((await patch(id, { name: "Ours" }, admin)).status).toBe(200);
    expect((await refusalOf(await patch(id, {}))).pointers).toEqual(["#"]);
    expect((await refusalOf(await patch(id, { advertiser_id: other.id }))).pointers).toEqual([
      "#/advertiser_id",
    ]);
  });
});

describe("the platforms of a campaign", () => {
  it("are replaced as a set, and decide what may be submitted", async () => {
    const { world, created, send } = await aStage();
    const { id } = await created({ platforms: ["youtube"] });
    const affiliate = await anAffiliate(world);
    const put = (platforms: unknown) => send("PUT", `/${id}/platforms`, { body: { platforms } });
    expect(await (await put(["x"])).json()).toMatchObject({ id, platforms: ["x"] });
    await expect(submit(world, { key: affiliate.key, campaignId: id })).rejects.toThrow(/^422/);
    expect(await (await put(["youtube", "x"])).json()).toMatchObject({ platforms: ["x", "youtube"] });
    await submit(world, { key: affiliate.key, campaignId: id });
    expect((await refusalOf(await put([]))).pointers).toEqual(["#/platforms"]);
  });

  it("are set by an admin and its own advertiser", async () => {
    const { world, admin, created, send } = await aStage();
    const { id } = await created();
    const [other, affiliate] = [await anAdvertiser(world), await anAffiliate(world)];
    const status = async (key: string) =>
      (await send("PUT", `/${id}/platforms`, { body: { platforms: ["x"] }, key })).status;
    expect(await status(other.key)).toBe(404);
    expect(await status(affiliate.key)).toBe(403);
    expect(await status(admin)).toBe(200);
  });
});

describe("who is invited to a campaign", () => {
  it("is replaced as a set, and decides who may enter", async () => {
    const { world, created, send } = await aStage();
    const { id } = await created({ access: "invite" });
    const [first, second] = [await anAffiliate(world), await anAffiliate(world)];
    const put = (...affiliate_ids: string[]) => send("PUT", `/${id}/affiliates`, { body: { affiliate_ids } });
    expect(await (await put(first.id)).json()).toEqual({ affiliate_ids: [first.id] });
    await submit(world, { key: first.key, campaignId: id });
    await expect(submit(world, { key: second.key, campaignId: id })).rejects.toThrow(/^404/);

    world.advance(1_000);
    await put(first.id, second.id);
    const page = await send("GET", `/${id}/affiliates`);
    expect(await page.json()).toEqual({
      data: [
        { affiliate_id: second.id, name: `Affiliate ${second.id}`, invited_at: iso(START + 1_000) },
        { affiliate_id: first.id, name: `Affiliate ${first.id}`, invited_at: iso(START) },
      ],
      next_cursor: null,
    });

    expect((await put()).status).toBe(200);
    await expect(submit(world, { key: first.key, campaignId: id, video: videoId(2) })).rejects.toThrow(
      /^404/,
    );
  });

  it("refuses ids that name no affiliate, pointing at each, and changes nothing", async () => {
    const { world, created, send } = await aStage();
    const { id } = await created();
    const known = await anAffiliate(world);
    const affiliate_ids = [world.ctx.ids("aff"), known.id, world.ctx.ids("aff")];
    const refused = await refusalOf(await send("PUT", `/${id}/affiliates`, { body: { affiliate_ids } }));
    expect(refused).toEqual({
      status: 422,
      code: "validation_failed",
      pointers: ["#/affiliate_ids/0", "#/affiliate_ids/2"],
    });
    expect(await row("select count(*) as n from campaign_affiliates")).toEqual({ n: 0 });
  });

  it("takes up to a thousand, each once", async () => {
    const { world, created, send } = await aStage();
    const { id } = await created();
    const many = Array.from({ length: 1_001 }, () => world.ctx.ids("aff"));
    await world.ctx.db.$client
      .prepare(
        `insert into affiliates (id, name, email, created_at, updated_at)
        select value, value, value, 0, 0 from json_each(?)`,
      )
      .bind(JSON.stringify(many))
      .run();
    const put = (affiliate_ids: string[]) => send("PUT", `/${id}/affiliates`, { body: { affiliate_ids } });
    expect((await refusalOf(await put(many))).pointers).toEqual(["#/affiliate_ids"]);
    expect((await refusalOf(await put([...many.slice(0, 2), ...many.slice(0, 1)]))).pointers).toEqual([
      "#/affiliate_ids",
    ]);
    world.takeUsage();
    expect((await put(many.slice(1))).status).toBe(200);
    expect(world.takeUsage().trips).toBe(4);
    expect(await row("select count(*) as n from campaign_affiliates")).toEqual({ n: 1_000 });
  });

  it("is seen and set by an admin and its own advertiser", async () => {
    const { world, admin, created, send } = await aStage();
    const { id } = await created();
    const [other, affiliate] = [await anAdvertiser(world), await anAffiliate(world)];
    const statuses = async (key: string) => [
      (await send("GET", `/${id}/affiliates`, { key })).status,
      (await send("PUT", `/${id}/affiliates`, { body: { affiliate_ids: [] }, key })).status,
    ];
    expect(await statuses(other.key)).toEqual([404, 404]);
    expect(await statuses(affiliate.key)).toEqual([403, 403]);
    expect(await statuses(admin)).toEqual([200, 200]);
  });

  it("is found by the campaign", async () => {
    const { created, send, world } = await aStage();
    const { id } = await created();
    const plans = await plansOf(world, () => send("GET", `/${id}/affiliates`));
    expect(plans.join()).toContain("SEARCH i USING PRIMARY KEY (campaign_id=? AND affiliate_id<?)");
    expect(["i", "f"].flatMap((table) => fullScans(plans, table))).toEqual([]);
  });
});
