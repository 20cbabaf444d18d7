import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  refusalOf,
  row,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, START, type World } from "../support/world.ts";

afterEach(() => reset());

const LINKS = "/api/v1/links";
const DAY = 86_400_000;

interface Link {
  code: string;
  url: string;
  submission_id: string | null;
  affiliate_id: string;
  label: string | null;
  sub_id: string | null;
  own: boolean;
  state: string;
}

async function aStage(config: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(config);
  const admin = await issueKey(world, "admin", null);
  const advertiser = await anAdvertiser(world);
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  await setLanding(campaignId, "https://shop.example/launch");
  const post = (body: unknown, key: string = affiliate.key) => world.request("POST", LINKS, { key, body });
  const made = async (body: unknown, key?: string): Promise<Link> => {
    const response = await post(body, key);
    expect(response.status).toBe(201);
    return response.json();
  };
  const patch = (code: string, body: unknown, key: string = affiliate.key) =>
    world.request("PATCH", `${LINKS}/${code}`, { key, body });
  const read = async (code: string, key: string = affiliate.key) =>
    world.request("GET", `${LINKS}/${code}`, { key });
  return { world, admin, advertiser, affiliate, campaignId, post, made, patch, read };
}

const setLanding = (campaignId: string, url: string | null) =>
  env.DB.prepare("update campaigns set landing_url = ? where id = ?").bind(url, campaignId).run();

const stored = (code: string) =>
  row<{ submission_id: string | null }>("select * from tracked_links where code = ?", code);

const links = async () => (await row<{ n: number }>("select count(*) as n from tracked_links"))?.n;

async function listed(
  world: World,
  key: string,
  query: string,
): Promise<{ data: Link[]; next_cursor: string | null }> {
  const response = await world.request("GET", `${LINKS}?${query}`, { key });
  expect(response.status).toBe(200);
  return response.json();
}

describe("making a tracked link", () => {
  it("of a campaign is the affiliate's own, to be attached later", async () => {
    const s = await aStage();
    const link = await s.made({ campaign_id: s.campaignId, label: " Bio ", sub_id: "bio.1~a-b_C" });
    expect(link).toEqual({
      code: expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{10}$/),
      url: `https://claimcheck.test/go/${link.code}`,
      campaign_id: s.campaignId,
      affiliate_id: s.affiliate.id,
      submission_id: null,
      own: false,
      label: "Bio",
      sub_id: "bio.1~a-b_C",
      state: "open",
      created_at: new Date(START).toISOString(),
    });
    expect(await (await s.read(link.code)).json()).toEqual(link);
  });

  it("of a submission counts for it, whoever of the three makes it", async () => {
    const s = await aStage();
    const { submission_id } = await submit(s.world, { key: s.affiliate.key, campaignId: s.campaignId });
    for (const key of [s.affiliate.key, s.advertiser.key, s.admin]) {
      expect(await s.made({ submission_id }, key)).toMatchObject({
        submission_id,
        affiliate_id: s.affiliate.id,
        own: false,
      });
    }
  });

  it("for an affiliate is open to its advertiser and an admin", async () => {
    const s = await aStage();
    const body = { campaign_id: s.campaignId, affiliate_id: s.affiliate.id };
    for (const key of [s.advertiser.key, s.admin]) {
      expect(await s.made(body, key)).toMatchObject({ affiliate_id: s.affiliate.id, submission_id: null });
    }
  });

  it("costs two trips, and its address follows the request where PUBLIC_URL is not set", async () => {
    const s = await aStage({ PUBLIC_URL: "" });
    s.world.takeUsage();
    const { url, code } = await s.made({ campaign_id: s.campaignId });
    expect(s.world.takeUsage().trips).toBe(2);
    expect(url).toBe(`http://localhost/go/${code}`);
  });

  it.each([
    { body: {}, pointers: ["#/campaign_id"], why: "neither a campaign nor a submission" },
    { body: { campaign_id: "c", submission_id: "s" }, pointers: ["#/campaign_id"], why: "both" },
    {
      body: { submission_id: "s", affiliate_id: "a" },
      pointers: ["#/affiliate_id"],
      why: "whose the submission is",
    },
    { body: { campaign_id: "c", affiliate_id: "other" }, pointers: ["#/affiliate_id"], why: "somebody else" },
    { body: { campaign_id: "c", label: "a".repeat(101) }, pointers: ["#/label"], why: "a long label" },
    { body: { campaign_id: "c", sub_id: "" }, pointers: ["#/sub_id"], why: "an empty sub-id" },
    { body: { campaign_id: "c", sub_id: "a".repeat(65) }, pointers: ["#/sub_id"], why: "65 characters" },
    {
      body: { campaign_id: "c", sub_id: "a&b" },
      pointers: ["#/sub_id"],
      why: "what an address gives a meaning",
    },
    { body: { campaign_id: "c", sub_id: "ä" }, pointers: ["#/sub_id"], why: "a letter beyond ASCII" },
    { body: { campaign_id: "c", url: "https://x" }, pointers: ["#/url"], why: "an unknown field" },
  ])("refuses $why and makes none", async ({ body, pointers }) => {
    const s = await aStage();
    const ids: Record<string, string> = {
      c: s.campaignId,
      s: s.world.ctx.ids("sub"),
      a: s.affiliate.id,
      other: s.world.ctx.ids("aff"),
    };
    const filled = Object.fromEntries(
      Object.entries(body).map(([key, value]) => [
        key,
        key.endsWith("_id") && value ? (ids[value] ?? value) : value,
      ]),
    );
    expect(await refusalOf(await s.post(filled))).toMatchObject({ status: 422, pointers });
    expect(await links()).toBe(0);
  });

  it("accepts a sub-id of 64 characters and a label of 100", async () => {
    const s = await aStage();
    await s.made({ campaign_id: s.campaignId, sub_id: "a".repeat(64), label: "b".repeat(100) });
  });

  it("is refused to an operator who does not say for whom, or names nobody", async () => {
    const s = await aStage();
    for (const affiliate of [{}, { affiliate_id: s.world.ctx.ids("aff") }]) {
      const response = await s.post({ campaign_id: s.campaignId, ...affiliate }, s.advertiser.key);
      expect(await refusalOf(response)).toMatchObject({ status: 422, pointers: ["#/affiliate_id"] });
    }
  });

  it("needs a campaign that one may enter: an invite-only one does not exist for others", async () => {
    const s = await aStage();
    const campaignId = await aCampaign(s.world, { advertiserId: s.advertiser.id, access: "invite" });
    const body = { campaign_id: campaignId };
    expect(await refusalOf(await s.post(body))).toMatchObject({ status: 404, pointers: ["#/campaign_id"] });
    const forAnother = await s.post({ ...body, affiliate_id: s.affiliate.id }, s.advertiser.key);
    expect(await refusalOf(forAnother)).toMatchObject({ status: 422, pointers: ["#/affiliate_id"] });
    await s.world.request("PUT", `/api/v1/campaigns/${campaignId}/affiliates`, {
      key: s.advertiser.key,
      body: { affiliate_ids: [s.affiliate.id] },
    });
    expect((await s.post(body)).status).toBe(201);
  });

  it("needs a campaign or submission of one's own", async () => {
    const s = await aStage();
    const [stranger, rival] = [await anAffiliate(s.world), await anAdvertiser(s.world)];
    const { submission_id } = await submit(s.world, { key: s.affiliate.key, campaignId: s.campaignId });
    const before = await links();
    for (const [body, key, pointer] of [
      [{ submission_id }, stranger.key, "#/submission_id"],
      [{ submission_id }, rival.key, "#/submission_id"],
      [{ campaign_id: s.campaignId, affiliate_id: s.affiliate.id }, rival.key, "#/campaign_id"],
      [{ campaign_id: s.world.ctx.ids("cmp") }, s.affiliate.key, "#/campaign_id"],
      [{ submission_id: s.world.ctx.ids("sub") }, s.admin, "#/submission_id"],
    ] as const) {
      expect(await refusalOf(await s.post(body, key))).toMatchObject({ status: 404, pointers: [pointer] });
    }
    expect(await links()).toBe(before);
  });

  it("is refused once the campaign has ended, and to who is suspended", async () => {
    const s = await aStage();
    const ended = await aCampaign(s.world, { status: "ENDED" });
    expect(await refusalOf(await s.post({ campaign_id: ended }))).toMatchObject({
      status: 409,
      code: "campaign_not_open",
    });
    const suspended = await anAffiliate(s.world, { status: "suspended" });
    expect((await s.post({ campaign_id: s.campaignId }, suspended.key)).status).toBe(403);
  });

  it("stops at LINKS_PER_SUBMISSION, of a submission and beside submissions alike", async () => {
    const s = await aStage({ LINKS_PER_SUBMISSION: 3 });
    const { submission_id } = await submit(s.world, { key: s.affiliate.key, campaignId: s.campaignId });
    const other = await submit(s.world, {
      key: s.affiliate.key,
      campaignId: s.campaignId,
      video: videoId(2),
    });
    // One it is born with.
    await s.made({ submission_id });
    await s.made({ submission_id });
    expect(await refusalOf(await s.post({ submission_id }))).toMatchObject({ status: 409, code: "conflict" });
    await s.made({ submission_id: other.submission_id });
    const free = await Promise.all([1, 2, 3, 4, 5].map(() => s.post({ campaign_id: s.campaignId })));
    expect(free.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 409, 409]);
  });
});

describe("the state of a link", () => {
  it.each([
    { change: "status = 'ACTIVE'", state: "open" },
    { change: "status = 'PAUSED'", state: "paused" },
    { change: "status = 'ENDED'", state: "ended" },
    { change: `starts_at = ${START + 1}`, state: "not_begun" },
    { change: `ends_at = ${START}`, state: "ended" },
    { change: "landing_url = null", state: "no_destination" },
  ])("is $state where $change", async ({ change, state }) => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId });
    await env.DB.prepare(`update campaigns set ${change} where id = ?`).bind(s.campaignId).run();
    expect(await (await s.read(code)).json()).toMatchObject({ state });
  });

  it("is paused while its affiliate is suspended", async () => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId });
    await env.DB.prepare("update affiliates set status = 'suspended'").run();
    expect(await (await s.read(code)).json()).toMatchObject({ state: "paused" });
  });
});

describe("reading a link", () => {
  it("is for its affiliate, its advertiser and an admin, whatever the case of the code", async () => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId });
    const status = async (key: string, text = code) => (await s.read(text, key)).status;
    expect(await Promise.all([s.affiliate.key, s.advertiser.key, s.admin].map((key) => status(key)))).toEqual(
      [200, 200, 200],
    );
    expect(await status(s.admin, code.toUpperCase())).toBe(200);
    expect(await status((await anAffiliate(s.world)).key)).toBe(404);
    expect(await status((await anAdvertiser(s.world)).key)).toBe(404);
    expect(await status(s.admin, "0000000000")).toBe(404);
    expect(await status(s.admin, "nothing")).toBe(404);
    expect((await s.world.request("GET", `${LINKS}/${code}`)).status).toBe(401);
  });
});

describe("changing a link", () => {
  it("changes what is named and nothing else", async () => {
    const s = await aStage();
    const link = await s.made({ campaign_id: s.campaignId, label: "Bio", sub_id: "one" });
    const changed = await s.patch(link.code, { label: null });
    expect(await changed.json()).toEqual({ ...link, label: null });
    expect(await (await s.patch(link.code, { sub_id: "two" })).json()).toMatchObject({
      label: null,
      sub_id: "two",
    });
  });

  it("announces a new sub-id before and after it is written, because the destination is told it, and no label", async () => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId, sub_id: "one" });
    const { n } = await s.world.ctx.links.read(null);
    await s.patch(code, { label: "Story", sub_id: "one" });
    expect((await s.world.ctx.links.read(n)).changes).toEqual([]);
    await s.patch(code, { sub_id: "two" });
    expect((await s.world.ctx.links.read(n)).changes).toMatchObject([
      { subject: s.affiliate.id },
      { subject: s.affiliate.id },
    ]);
  });

  it("attaches it to one submission, for good", async () => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId });
    const first = await submit(s.world, { key: s.affiliate.key, campaignId: s.campaignId });
    const second = await submit(s.world, {
      key: s.affiliate.key,
      campaignId: s.campaignId,
      video: videoId(2),
    });
    const attach = (submission_id: string) => s.patch(code, { submission_id, label: "Attached" });
    expect(await (await attach(first.submission_id)).json()).toMatchObject({
      submission_id: first.submission_id,
    });
    expect((await attach(first.submission_id)).status).toBe(200);
    const moved = await s.patch(code, { submission_id: second.submission_id, label: "Moved" });
    expect(await refusalOf(moved)).toMatchObject({ status: 409, code: "conflict" });
    expect(await stored(code)).toMatchObject({ submission_id: first.submission_id, label: "Attached" });
  });

  it("attaches it to nobody else's submission and to none of another campaign", async () => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId });
    const stranger = await anAffiliate(s.world);
    const theirs = await submit(s.world, { key: stranger.key, campaignId: s.campaignId });
    const elsewhere = await submit(s.world, { key: s.affiliate.key, campaignId: await aCampaign(s.world) });
    for (const submission_id of [theirs.submission_id, elsewhere.submission_id, s.world.ctx.ids("sub")]) {
      const refused = await refusalOf(await s.patch(code, { submission_id, label: "New" }));
      expect(refused).toMatchObject({ status: 422, pointers: ["#/submission_id"] });
    }
    expect(await stored(code)).toMatchObject({ submission_id: null, label: null });
  });

  it("attaches no more than LINKS_PER_SUBMISSION", async () => {
    const s = await aStage({ LINKS_PER_SUBMISSION: 2 });
    const { submission_id } = await submit(s.world, { key: s.affiliate.key, campaignId: s.campaignId });
    const codes = [await s.made({ campaign_id: s.campaignId }), await s.made({ campaign_id: s.campaignId })];
    const statuses = await Promise.all(
      codes.map(async ({ code }) => (await s.patch(code, { submission_id })).status),
    );
    expect(statuses.toSorted()).toEqual([200, 409]);
  });

  it("is for its affiliate, its advertiser and an admin", async () => {
    const s = await aStage();
    const { code } = await s.made({ campaign_id: s.campaignId });
    const status = async (key: string) => (await s.patch(code, { label: "Mine" }, key)).status;
    expect(await status(s.advertiser.key)).toBe(200);
    expect(await status(s.admin)).toBe(200);
    expect(await status((await anAffiliate(s.world)).key)).toBe(404);
    expect(await status((await anAdvertiser(s.world)).key)).toBe(404);
    expect(await refusalOf(await s.patch(code, {}))).toMatchObject({ status: 422, pointers: ["#"] });
    expect((await s.patch("0000000000", { label: "Mine" })).status).toBe(404);
    await env.DB.prepare("update affiliates set status = 'suspended'").run();
    expect(await status(s.affiliate.key)).toBe(403);
  });
});

describe("the links of a campaign", () => {
  /** Two affiliates with two submissions each, every one with its own link, one more, and one that is attached to none. */
  async function aMarket() {
    const s = await aStage();
    const affiliates = [s.affiliate, await anAffiliate(s.world)];
    const codes: string[] = [];
    for (const [i, { key, id }] of affiliates.entries()) {
      const attached: string[] = [];
      for (const n of [1, 2]) {
        s.world.advance(1_000);
        const { submission_id } = await submit(s.world, {
          key,
          campaignId: s.campaignId,
          video: videoId(10 * i + n),
        });
        const { code } = await s.made({ submission_id }, key);
        const own = await row<{ code: string }>(
          "select code from tracked_links where submission_id = ? and own = 1",
          submission_id,
        );
        attached.unshift(...[code, own?.code ?? ""].toSorted().toReversed());
      }
      const free = await s.made({ campaign_id: s.campaignId }, key);
      expect(free.affiliate_id).toBe(id);
      codes.unshift(...attached, free.code);
    }
    return { ...s, second: affiliates[1] ?? s.affiliate, codes, query: `campaign_id=${s.campaignId}` };
  }

  const codesOf = ({ data }: { data: Link[] }) => data.map(({ code }) => code);

  it("are listed by affiliate and submission, the newest first, those without a submission last", async () => {
    const m = await aMarket();
    expect(codesOf(await listed(m.world, m.advertiser.key, m.query))).toEqual(m.codes);
    expect(codesOf(await listed(m.world, m.admin, m.query))).toEqual(m.codes);
  });

  it("are for an affiliate its own, and narrowed by affiliate or submission", async () => {
    const m = await aMarket();
    const mine = m.codes.slice(5);
    expect(codesOf(await listed(m.world, m.affiliate.key, m.query))).toEqual(mine);
    const ofMine = `${m.query}&affiliate_id=${m.affiliate.id}`;
    expect(codesOf(await listed(m.world, m.admin, ofMine))).toEqual(mine);
    expect(codesOf(await listed(m.world, m.second.key, ofMine))).toEqual([]);
    const link = (await listed(m.world, m.admin, m.query)).data[5];
    const ofSubmission = `${m.query}&submission_id=${link?.submission_id}`;
    expect(codesOf(await listed(m.world, m.admin, ofSubmission))).toEqual(mine.slice(0, 2));
    expect(codesOf(await listed(m.world, m.second.key, ofSubmission))).toEqual([]);
  });

  it.each([1, 2, 3, 9, 10])("page by %i without a gap or a repeat", async (limit) => {
    const m = await aMarket();
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = await listed(m.world, m.admin, `${m.query}&limit=${limit}${cursor}`);
      seen.push(...codesOf(page));
      cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
    } while (cursor !== "");
    expect(seen).toEqual(m.codes);
  });

  it("of somebody else's campaign do not exist", async () => {
    const m = await aMarket();
    const rival = await anAdvertiser(m.world);
    const ask = async (key: string, query: string) =>
      refusalOf(await m.world.request("GET", `${LINKS}?${query}`, { key }));
    expect(await ask(rival.key, m.query)).toMatchObject({ status: 404 });
    expect(await ask(m.admin, `campaign_id=${m.world.ctx.ids("cmp")}`)).toMatchObject({ status: 404 });
    expect(await ask(m.admin, `${m.query}&cursor=bm9uZQ`)).toMatchObject({ pointers: ["#query/cursor"] });
    expect(await ask(m.admin, `${m.query}&cursor=%25`)).toMatchObject({ pointers: ["#query/cursor"] });
    expect(await ask(m.admin, "limit=1")).toMatchObject({ pointers: ["#query/campaign_id"] });
    const unknown = await listed(m.world, m.affiliate.key, `campaign_id=${m.world.ctx.ids("cmp")}`);
    expect(unknown).toEqual({ data: [], next_cursor: null });
  });

  it("are found by their index, in two trips and as many rows as a page shows", async () => {
    const m = await aMarket();
    m.world.advance(DAY);
    const { next_cursor } = await listed(m.world, m.admin, `${m.query}&limit=2`);
    const query = `${m.query}&limit=2&cursor=${next_cursor}`;
    m.world.takeUsage();
    await listed(m.world, m.admin, query);
    const usage = m.world.takeUsage();
    expect(usage.trips).toBe(2);
    expect(usage.rowsRead).toBeLessThanOrEqual(60);
    const plans = await plansOf(m.world, () => listed(m.world, m.admin, query));
    expect(plans.join("\n")).toContain("tracked_links_owner");
    expect(["l", "c", "f"].flatMap((table) => fullScans(plans, table))).toEqual([]);
  });
});
