import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { signHex } from "../../src/lib/hmac.ts";
import { aCampaign, anAdvertiser, anAffiliate, everyRow, rows } from "../support/fixtures.ts";
import { createWorld, issueKey, START, type World } from "../support/world.ts";

afterEach(() => reset());

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

interface Made {
  campaign_id: string;
  n: number;
  secret: string;
  created_at: string;
  former_end_at: string;
}

interface Setup {
  secrets: { n: number; created_at: string; expires_at: string | null }[];
  url_template: string;
  test_url: string | null;
}

async function aStage() {
  const world = createWorld();
  const advertiser = await anAdvertiser(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  const path = `/api/v1/campaigns/${campaignId}/postback`;
  const { key } = advertiser;
  const rotate = async (body?: object): Promise<Made> => {
    const response = await world.request("POST", `${path}/rotate`, { key, body });
    expect(response.status).toBe(201);
    return response.json();
  };
  const setup = async (): Promise<Setup> => {
    const response = await world.request("GET", path, { key });
    expect(response.status).toBe(200);
    return response.json();
  };
  return { world, advertiser, campaignId, path, rotate, setup };
}

/** What a test event that is signed with a secret is answered. */
async function statusWith(world: World, campaignId: string, secret: string): Promise<number> {
  const query = `campaign_id=${campaignId}&order_id=A&ts=${Math.floor(world.now / 1_000)}&test=1`;
  const path = `/api/v1/conversions/postback?${query}&sig=${await signHex(secret, query)}`;
  return (await world.request("GET", path)).status;
}

describe("the secret of a campaign's postbacks", () => {
  it("is made on demand: reading makes none", async () => {
    const { campaignId, setup } = await aStage();
    const before = await everyRow();
    expect(await setup()).toEqual({
      campaign_id: campaignId,
      secrets: [],
      url_template:
        `https://claimcheck.test/api/v1/conversions/postback?campaign_id=${campaignId}&order_id={order_id}` +
        "&click_id={click_id}&value={value}&currency={currency}&time={time}&ts={unix_seconds}&sig={signature}",
      test_url: null,
    });
    expect(await everyRow()).toBe(before);
  });

  it("is 32 random bytes, shown once, and stored sealed for its campaign alone", async () => {
    const { world, campaignId, rotate, setup } = await aStage();
    const { secret, ...made } = await rotate();
    expect(made).toEqual({
      campaign_id: campaignId,
      n: 1,
      created_at: iso(START),
      former_end_at: iso(START + 168 * HOUR),
    });
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect((await rotate()).secret).not.toBe(secret);
    expect(JSON.stringify(await setup())).not.toContain(secret);
    expect(await everyRow()).not.toContain(secret);
    expect(world.lines.join()).not.toContain(secret);
    const other = await aCampaign(world);
    await rows("update postback_secrets set campaign_id = ? where n = 1", other);
    expect(await statusWith(world, other, secret)).toBe(401);
  });

  it("comes with a test event that can be called as it is, and stores nothing", async () => {
    const { world, rotate, setup } = await aStage();
    await rotate();
    const { test_url } = await setup();
    const before = await everyRow();
    const url = new URL(test_url ?? "");
    expect(url.origin).toBe("https://claimcheck.test");
    const response = await world.request("GET", `${url.pathname}${url.search}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ result: "recorded", stored: false });
    expect(await everyRow()).toBe(before);
  });

  it("goes where the request came to if nothing else is configured", async () => {
    const { world, rotate, setup } = await aStage();
    world.ctx.config = { ...world.ctx.config, PUBLIC_URL: "" };
    await rotate();
    expect((await setup()).test_url).toMatch(/^http:\/\/localhost\/api\/v1\/conversions\/postback\?/);
  });

  it("works on beside the next one, and not a moment longer than was said", async () => {
    const { world, campaignId, rotate, setup } = await aStage();
    const first = await rotate();
    world.advance(HOUR);
    const second = await rotate({ overlap_hours: 2 });
    expect(second).toMatchObject({ n: 2, former_end_at: iso(START + 3 * HOUR) });
    expect((await setup()).secrets).toEqual([
      { n: 2, created_at: iso(START + HOUR), expires_at: null },
      { n: 1, created_at: iso(START), expires_at: iso(START + 3 * HOUR) },
    ]);
    world.advance(2 * HOUR - 1);
    expect(await statusWith(world, campaignId, first.secret)).toBe(200);
    world.advance(1);
    expect(await statusWith(world, campaignId, first.secret)).toBe(401);
    expect(await statusWith(world, campaignId, second.secret)).toBe(200);
  });

  it("ends at once if it leaked; its number is never given out again", async () => {
    const { world, campaignId, rotate } = await aStage();
    const leaked = await rotate();
    expect((await rotate({ overlap_hours: 0 })).n).toBe(2);
    expect(await statusWith(world, campaignId, leaked.secret)).toBe(401);
    expect((await rotate({ overlap_hours: 0 })).n).toBe(3);
    expect(await rows("select n from postback_secrets order by n")).toEqual([{ n: 2 }, { n: 3 }]);
  });

  it("does not live longer for a later rotation, and at most five work at once", async () => {
    const { world, campaignId, rotate, setup } = await aStage();
    const made: Made[] = [];
    for (const overlap_hours of [1, 1, 5, 5, 5, 5]) made.push(await rotate({ overlap_hours }));
    const { secrets } = await setup();
    expect(secrets.map(({ n }) => n)).toEqual([6, 5, 4, 3, 2]);
    expect(secrets.at(-1)?.expires_at).toBe(iso(START + HOUR * 5));
    const statuses = await Promise.all(made.map(({ secret }) => statusWith(world, campaignId, secret)));
    expect(statuses).toEqual([401, 200, 200, 200, 200, 200]);
  });

  it("two requests at once make two", async () => {
    const { rotate, setup } = await aStage();
    const made = await Promise.all([rotate(), rotate()]);
    expect(made.map(({ n }) => n).toSorted()).toEqual([1, 2]);
    expect((await setup()).secrets.filter(({ expires_at }) => expires_at === null)).toHaveLength(1);
  });

  it("is for the campaign's advertiser and admins alone", async () => {
    const { world, path } = await aStage();
    const stranger = await anAdvertiser(world);
    const affiliate = await anAffiliate(world);
    const before = await everyRow();
    for (const [method, at] of [
      ["GET", path],
      ["POST", `${path}/rotate`],
    ] as const) {
      expect((await world.request(method, at, { key: stranger.key })).status).toBe(404);
      expect((await world.request(method, at, { key: affiliate.key })).status).toBe(403);
    }
    expect(await everyRow()).toBe(before);
    const admin = await issueKey(world, "admin", null);
    expect((await world.request("POST", `${path}/rotate`, { key: admin })).status).toBe(201);
    expect((await world.request("GET", path, { key: admin })).status).toBe(200);
  });

  it.each([{ overlap_hours: -1 }, { overlap_hours: 721 }, { overlap_hours: 0.5 }, { overlap_hours: "1" }])(
    "is not made with $overlap_hours hours of overlap",
    async (body) => {
      const { world, advertiser, path } = await aStage();
      const before = await everyRow();
      const response = await world.request("POST", `${path}/rotate`, { key: advertiser.key, body });
      expect(response.status).toBe(422);
      expect(await everyRow()).toBe(before);
    },
  );

  it("cannot be made while there is nothing to seal it with", async () => {
    const { world, advertiser, path } = await aStage();
    world.ctx.box = null;
    const { key } = advertiser;
    expect((await world.request("POST", `${path}/rotate`, { key })).status).toBe(503);
    expect((await world.request("GET", path, { key })).status).toBe(503);
    expect(await rows("select * from postback_secrets")).toEqual([]);
  });
});
