import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { leaseAlerts } from "../../src/db/queries/alert-announcements.ts";
import { OPERATORS_CHANNEL } from "../../src/db/queries/discord-channels.ts";
import { findDue } from "../../src/db/queries/sweep.ts";
import { linkDiscord } from "../../src/services/link-discord.ts";
import { channelContext } from "../../src/services/set-discord-channel.ts";
import { aCampaign, anAdvertiser, anAffiliate, everyRow, refusalOf, row, rows } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, START, type World } from "../support/world.ts";

afterEach(() => reset());

const ADA = "803215571928346624";
const WEBHOOK_ID = "775799577604522054";
const TOKEN = "webhook-token_of-a-channel";
const WEBHOOK_URL = `https://discord.com/api/webhooks/${WEBHOOK_ID}/${TOKEN}`;
const NOT_SET = {
  set: false,
  state: null,
  webhook_id: null,
  delivered_at: null,
  blocked_until: null,
  error: null,
  set_at: null,
};
const NEW = {
  ...NOT_SET,
  set: true,
  state: "new",
  webhook_id: WEBHOOK_ID,
  set_at: "2026-06-01T12:00:00.000Z",
};

interface LinkCode {
  code: string;
  expires_at: string;
  command: string;
}

const OWN_LINK = "/api/v1/affiliates/me/discord-link";
const linkOf = (affiliateId: string) => `/api/v1/affiliates/${affiliateId}/discord-link`;
const OPERATOR_LINK = "/api/v1/operators/me/discord-link";
const ALERTS_CHANNEL = "/api/v1/alerts/discord-channel";

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const affiliate = await anAffiliate(world);
  const advertiser = await anAdvertiser(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  const campaignChannel = `/api/v1/campaigns/${campaignId}/discord-channel`;
  const put = (path: string, webhook_url: unknown, key: string = admin) =>
    world.request("PUT", path, { key, body: { webhook_url } });
  const get = (path: string, key: string = admin) => world.request("GET", path, { key });
  return { world, admin, affiliate, advertiser, campaignId, campaignChannel, put, get };
}

describe("a code to link Discord", () => {
  it("is answered to an affiliate with the command to send, and links who sends it", async () => {
    const { world, affiliate } = await aStage();
    const response = await world.request("POST", OWN_LINK, { key: affiliate.key });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const issued: LinkCode = await response.json();
    expect(issued).toEqual({
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/),
      expires_at: "2026-06-01T12:10:00.000Z",
      command: `/link code:${issued.code}`,
    });
    const me = async () =>
      (await world.request("GET", "/api/v1/affiliates/me", { key: affiliate.key })).json<{
        discord_linked: boolean;
      }>();
    expect((await me()).discord_linked).toBe(false);
    await linkDiscord(world.ctx, { code: issued.code, discordUserId: ADA });
    expect((await me()).discord_linked).toBe(true);
    expect(JSON.stringify(await me())).not.toContain(ADA);
  });

  it("is answered to an operator, for the key that asks", async () => {
    const { world, admin } = await aStage();
    const response = await world.request("POST", OPERATOR_LINK, { key: admin });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { code, command }: LinkCode = await response.json();
    expect(command).toBe(`/link code:${code}`);
    await linkDiscord(world.ctx, { code, discordUserId: ADA });
    expect(
      await row(
        "select o.discord_user_id, k.role from discord_operators o join api_keys k on k.id = o.key_id",
      ),
    ).toEqual({ discord_user_id: ADA, role: "admin" });
  });

  it("of an affiliate is given to an operator to hand out, and links who sends it to the affiliate", async () => {
    const { world, admin, affiliate } = await aStage();
    const own: LinkCode = await (await world.request("POST", OWN_LINK, { key: affiliate.key })).json();
    const response = await world.request("POST", linkOf(affiliate.id), { key: admin });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const issued: LinkCode = await response.json();
    expect(issued).toEqual({
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/),
      expires_at: "2026-06-01T12:10:00.000Z",
      command: `/link code:${issued.code}`,
    });
    // The one that the affiliate got is no good any more.
    const former = linkDiscord(world.ctx, { code: own.code, discordUserId: ADA });
    await expect(former).rejects.toMatchObject({ code: "not_found" });
    const link = await linkDiscord(world.ctx, { code: issued.code, discordUserId: ADA });
    expect(link).toMatchObject({ role: "affiliate", moved: false });
    expect(await rows("select id from affiliates where discord_user_id = ?", ADA)).toEqual([
      { id: affiliate.id },
    ]);
    expect(await rows("select * from discord_operators")).toEqual([]);
  });

  it("of an affiliate is logged with who asked and whose it is, and never itself", async () => {
    const { world, admin, affiliate } = await aStage();
    const { code }: LinkCode = await (
      await world.request("POST", linkOf(affiliate.id), { key: admin })
    ).json();
    const key = await row<{ id: string }>("select id from api_keys where role = 'admin'");
    const line = world.lines.find((logged) => logged.includes("link_code_issued")) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({ holder: affiliate.id, by: `admin:${key?.id}` });
    expect(world.lines.join("\n")).not.toContain(code);
  });

  it("brings back who registered in Discord and lost that account, without any key", async () => {
    const { world, admin } = await aStage();
    const { id } = await anAffiliate(world);
    await rows("delete from api_keys where subject_id = ?", id);
    await rows("update affiliates set discord_user_id = 'lost' where id = ?", id);
    const { code }: LinkCode = await (await world.request("POST", linkOf(id), { key: admin })).json();
    expect(await linkDiscord(world.ctx, { code, discordUserId: ADA })).toMatchObject({ moved: true });
  });

  it("of a suspended affiliate is given to an operator, and ends no suspension", async () => {
    const { world, admin } = await aStage();
    const { id } = await anAffiliate(world, { status: "suspended" });
    expect((await world.request("POST", linkOf(id), { key: admin })).status).toBe(201);
    expect(await row("select status from affiliates where id = ?", id)).toEqual({ status: "suspended" });
  });

  it.each([
    { why: "nobody's", id: "aff_00000000000000000000000000", status: 404 },
    { why: "an advertiser's", id: "adv_00000000000000000000000000", status: 422 },
    { why: "none", id: "1", status: 422 },
  ])("of an affiliate needs one that exists: $why", async ({ id, status }) => {
    const { world, admin } = await aStage();
    const before = await everyRow();
    expect((await world.request("POST", linkOf(id), { key: admin })).status).toBe(status);
    expect(await everyRow()).toBe(before);
  });

  it("of an affiliate is refused to everybody but operators, the affiliate too", async () => {
    const { world, affiliate, advertiser } = await aStage();
    const before = await everyRow();
    for (const key of [affiliate.key, advertiser.key]) {
      expect((await world.request("POST", linkOf(affiliate.id), { key })).status).toBe(403);
    }
    expect((await world.request("POST", linkOf(affiliate.id))).status).toBe(401);
    expect(await everyRow()).toBe(before);
  });

  it("is refused to a suspended affiliate", async () => {
    const { world } = await aStage();
    const { key } = await anAffiliate(world, { status: "suspended" });
    expect((await refusalOf(await world.request("POST", OWN_LINK, { key }))).status).toBe(403);
    expect(await rows("select * from link_codes")).toEqual([]);
  });

  it.each([
    { path: OWN_LINK, roles: ["admin", "advertiser"] as const },
    { path: OPERATOR_LINK, roles: ["affiliate", "advertiser"] as const },
  ])("is refused to other roles at $path, and nothing is written", async ({ path, roles }) => {
    const { world, admin, affiliate, advertiser } = await aStage();
    const keys = { admin, affiliate: affiliate.key, advertiser: advertiser.key };
    const before = await everyRow();
    for (const role of roles) {
      expect((await world.request("POST", path, { key: keys[role] })).status).toBe(403);
    }
    expect(await everyRow()).toBe(before);
  });
});

describe("unlinking over the API", () => {
  it("ends the link and the code that waits, and answers alike if there is none", async () => {
    const { world, affiliate } = await aStage();
    const issue = async () =>
      (await world.request("POST", OWN_LINK, { key: affiliate.key })).json<LinkCode>();
    const unlink = () => world.request("DELETE", OWN_LINK, { key: affiliate.key });
    await linkDiscord(world.ctx, { code: (await issue()).code, discordUserId: ADA });
    const waiting = await issue();
    expect((await unlink()).status).toBe(204);
    expect(await row("select discord_user_id from affiliates where id = ?", affiliate.id)).toEqual({
      discord_user_id: null,
    });
    const late = linkDiscord(world.ctx, { code: waiting.code, discordUserId: ADA });
    await expect(late).rejects.toMatchObject({ code: "not_found" });
    const before = await everyRow();
    expect((await unlink()).status).toBe(204);
    expect(await everyRow()).toBe(before);
  });

  it("is open to a suspended affiliate, and leaves others linked", async () => {
    const { world } = await aStage();
    const [suspended, other] = [await anAffiliate(world, { status: "suspended" }), await anAffiliate(world)];
    await rows("update affiliates set discord_user_id = id");
    expect((await world.request("DELETE", OWN_LINK, { key: suspended.key })).status).toBe(204);
    const user = (id: string) => row("select discord_user_id as user from affiliates where id = ?", id);
    expect(await user(suspended.id)).toEqual({ user: null });
    expect(await user(other.id)).toEqual({ user: other.id });
  });
});

describe.each([
  { what: "a campaign", pathOf: ({ campaignChannel }: Stage) => campaignChannel },
  { what: "alerts", pathOf: () => ALERTS_CHANNEL },
])("the Discord channel of $what", ({ what, pathOf }) => {
  const idOf = ({ campaignId }: Stage) => (what === "alerts" ? OPERATORS_CHANNEL : campaignId);

  it("is none until it is set, and none again once it is removed", async () => {
    const stage = await aStage();
    const { put, get } = stage;
    const path = pathOf(stage);
    expect(await (await get(path)).json()).toEqual(NOT_SET);
    expect(await (await put(path, WEBHOOK_URL)).json()).toEqual(NEW);
    expect(await (await get(path)).json()).toEqual(NEW);
    for (let n = 0; n < 2; n++) {
      const removed = await put(path, null);
      expect([removed.status, await removed.json()]).toEqual([200, NOT_SET]);
    }
    expect(await (await get(path)).json()).toEqual(NOT_SET);
    expect(await rows("select * from discord_channels")).toEqual([]);
  });

  it("keeps its token sealed for it alone, and says it nowhere", async () => {
    const stage = await aStage();
    const { world, put, get } = stage;
    const path = pathOf(stage);
    const answers = [await (await put(path, WEBHOOK_URL)).text(), await (await get(path)).text()];
    const stored = await row<{ webhook_token: string }>("select webhook_token from discord_channels");
    const { box } = world.ctx;
    expect(await box?.open(stored?.webhook_token ?? "", channelContext(idOf(stage)))).toBe(TOKEN);
    expect(await box?.open(stored?.webhook_token ?? "", channelContext("cmp_other"))).toBeNull();
    expect([...answers, await everyRow(), ...world.lines, JSON.stringify(world.woken)].join()).not.toContain(
      TOKEN,
    );
  });

  it("is greeted once it is set, and is new again if it is set again", async () => {
    const stage = await aStage();
    const { world, put } = stage;
    const [path, id] = [pathOf(stage), idOf(stage)];
    await put(path, WEBHOOK_URL);
    await rows(
      "update discord_channels set state = 'dead', error = 'gone', delivered_at = 5, blocked_until = ?",
      START + 90_000,
    );
    world.advance(1_000);
    const other = "99999999999999999";
    const again = await put(path, `https://discord.com/api/webhooks/${other}/another`);
    const setAt = "2026-06-01T12:00:01.000Z";
    expect(await again.json()).toEqual({ ...NEW, webhook_id: other, set_at: setAt });
    const greetings = [START, START + 1_000].map((at) => ({ id: `greeting:${id}:${at}`, at }));
    expect(
      await rows("select id, kind, subject, due_at, attempts, created_at from outbox order by id"),
    ).toEqual(
      greetings.map((greeting) => ({
        id: greeting.id,
        kind: "greeting",
        subject: id,
        due_at: greeting.at,
        attempts: 0,
        created_at: greeting.at,
      })),
    );
    expect(world.woken).toEqual(greetings.map((greeting) => ({ v: 1, kind: "entry", id: greeting.id })));
  });

  it("set twice at one instant is greeted once", async () => {
    const stage = await aStage();
    const answers = await Promise.all([1, 2].map(() => stage.put(pathOf(stage), WEBHOOK_URL)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await rows("select id from outbox")).toHaveLength(1);
  });

  it("is set also if the queue fails, and the sweep greets it", async () => {
    const stage = await aStage();
    const { world, put } = stage;
    world.ctx.outbox.wake = async () => {
      throw new Error("Storage Limit Exceeded");
    };
    expect((await put(pathOf(stage), WEBHOOK_URL)).status).toBe(200);
    expect(await row("select due_at from outbox")).toEqual({ due_at: START });
    expect(world.lines.join()).toContain("outbox_not_woken");
  });

  it("shows how the last message went, and a limit only while it holds", async () => {
    const stage = await aStage();
    const { world, put, get } = stage;
    const path = pathOf(stage);
    await put(path, WEBHOOK_URL);
    await rows(
      "update discord_channels set state = 'active', error = 'slow down', delivered_at = ?, blocked_until = ?",
      START,
      START + 60_000,
    );
    const stands = { ...NEW, state: "active", error: "slow down", delivered_at: NEW.set_at };
    world.advance(59_999);
    const blocked_until = "2026-06-01T12:01:00.000Z";
    expect(await (await get(path)).json()).toEqual({ ...stands, blocked_until });
    world.advance(1);
    expect(await (await get(path)).json()).toEqual(stands);
  });

  it.each([
    { webhook_url: `https://evil.example/api/webhooks/${WEBHOOK_ID}/${TOKEN}` },
    { webhook_url: `${WEBHOOK_URL}?wait=true` },
    { webhook_url: "" },
    { webhook_url: 7 },
    {},
  ])("is refused with %j, which is not repeated", async (body) => {
    const stage = await aStage();
    const { world, admin } = stage;
    const before = await everyRow();
    const response = await world.request("PUT", pathOf(stage), { key: admin, body });
    const text = await response.clone().text();
    expect(await refusalOf(response)).toEqual({
      status: 422,
      code: "validation_failed",
      pointers: ["#/webhook_url"],
    });
    expect(text).not.toContain(TOKEN);
    expect(world.lines.join()).not.toContain(TOKEN);
    expect(await everyRow()).toBe(before);
  });

  it("cannot be set without a key that seals its token, but removed", async () => {
    const stage = await aStage();
    const { world, put } = stage;
    world.ctx.box = null;
    expect((await refusalOf(await put(pathOf(stage), WEBHOOK_URL))).code).toBe("temporarily_unavailable");
    expect(await rows("select * from outbox")).toEqual([]);
    expect((await put(pathOf(stage), null)).status).toBe(200);
  });

  it("is found by its key", async () => {
    const stage = await aStage();
    const { world, put, get } = stage;
    const path = pathOf(stage);
    const plans = await plansOf(world, async () => {
      await put(path, WEBHOOK_URL);
      await get(path);
      await put(path, null);
    });
    for (const table of ["discord_channels", "outbox", "campaigns", "c"]) {
      expect({ table, scans: fullScans(plans, table) }).toEqual({ table, scans: [] });
    }
  });
});

type Stage = Awaited<ReturnType<typeof aStage>>;

describe("whose Discord channel it is", () => {
  it("of a campaign its advertiser sets and reads, and for another it does not exist", async () => {
    const { world, advertiser, campaignChannel, put, get } = await aStage();
    const other = await anAdvertiser(world);
    expect((await put(campaignChannel, WEBHOOK_URL, advertiser.key)).status).toBe(200);
    expect(await (await get(campaignChannel, advertiser.key)).json()).toEqual(NEW);
    const before = await everyRow();
    for (const response of [
      await get(campaignChannel, other.key),
      await put(campaignChannel, null, other.key),
      await put(campaignChannel, WEBHOOK_URL, other.key),
      // Nothing is said of an address that is wrong, where nothing is.
      await put(campaignChannel, "nonsense", other.key),
    ]) {
      expect((await refusalOf(response)).status).toBe(404);
    }
    expect(await everyRow()).toBe(before);
  });

  it("of a campaign no affiliate sees, even of one that is open to it", async () => {
    const { affiliate, campaignChannel, put, get } = await aStage();
    expect((await get(campaignChannel, affiliate.key)).status).toBe(403);
    expect((await put(campaignChannel, null, affiliate.key)).status).toBe(403);
  });

  it("of alerts is the operators' alone", async () => {
    const { advertiser, affiliate, put, get } = await aStage();
    for (const { key } of [advertiser, affiliate]) {
      expect((await get(ALERTS_CHANNEL, key)).status).toBe(403);
      expect((await put(ALERTS_CHANNEL, WEBHOOK_URL, key)).status).toBe(403);
    }
    expect(await rows("select * from discord_channels")).toEqual([]);
  });

  it("of one campaign is not that of another", async () => {
    const { world, campaignChannel, put, get } = await aStage();
    await put(campaignChannel, WEBHOOK_URL);
    const other = `/api/v1/campaigns/${await aCampaign(world)}/discord-channel`;
    expect(await (await get(other)).json()).toEqual(NOT_SET);
    expect(await (await get(ALERTS_CHANNEL)).json()).toEqual(NOT_SET);
  });
});

describe("alerts that nobody was told", () => {
  const raise = (world: World, n: number) =>
    rows(
      `insert into alerts (id, cause, category, severity, title, message, first_seen_at, last_seen_at)
      values (?, ?, 'SYSTEM_HEALTH', 'HIGH', 't', 'm', ?, ?)`,
      `alr_${n}`,
      `platform:${n}`,
      world.now,
      world.now,
    );
  const toTell = async (world: World) =>
    (await leaseAlerts(world.ctx.db, { now: world.now, until: world.now + 1 })).alerts.map(({ id }) => id);
  const setState = (state: string) => rows("update discord_channels set state = ?", state);

  it("are no news to a channel that is set afterwards; those raised from then on are", async () => {
    const { world, put } = await aStage();
    await raise(world, 1);
    world.advance(1);
    await put(ALERTS_CHANNEL, WEBHOOK_URL);
    await raise(world, 2);
    expect(await toTell(world)).toEqual(["alr_2"]);
  });

  it.each([
    { state: "new", why: "it has not been greeted yet", told: ["alr_1"] },
    { state: "active", why: "it works", told: ["alr_1"] },
    { state: "dead", why: "it missed them", told: [] },
  ])(
    "wait for a channel set in the place of one that is $state, since $why: $told",
    async ({ state, told }) => {
      const { world, put } = await aStage();
      await put(ALERTS_CHANNEL, WEBHOOK_URL);
      await setState(state);
      await raise(world, 1);
      world.advance(1_000);
      expect(await (await put(ALERTS_CHANNEL, WEBHOOK_URL)).json()).toMatchObject({
        state: "new",
        set_at: "2026-06-01T12:00:01.000Z",
      });
      expect(await toTell(world)).toEqual(told);
    },
  );

  it("are no news to a channel that was removed and set again", async () => {
    const { world, put } = await aStage();
    await put(ALERTS_CHANNEL, WEBHOOK_URL);
    await raise(world, 1);
    world.advance(1);
    await put(ALERTS_CHANNEL, null);
    await put(ALERTS_CHANNEL, WEBHOOK_URL);
    expect(await toTell(world)).toEqual([]);
  });

  it("are neither read nor written when the channel is set, nor by the sweeps from then on", async () => {
    const { world, put } = await aStage();
    await rows(
      `with recursive n (i) as (select 0 union all select i + 1 from n where i < 999)
      insert into alerts (id, cause, category, severity, title, message, first_seen_at, last_seen_at)
      select printf('alr_0%025d', i), 'crowd:' || i, 'FRAUD', 'LOW', 'Crowd', 'Crowd', 0, 0 from n`,
    );
    world.takeUsage();
    await put(ALERTS_CHANNEL, WEBHOOK_URL);
    const { rowsRead, rowsWritten } = world.takeUsage();
    expect(rowsRead).toBeLessThanOrEqual(10);
    expect(rowsWritten).toBeLessThanOrEqual(10);
    world.takeUsage();
    expect(await findDue(world.ctx.db, world.now, 10)).toMatchObject({ alerts: false });
    expect(world.takeUsage().rowsRead).toBeLessThanOrEqual(10);
  });
});
