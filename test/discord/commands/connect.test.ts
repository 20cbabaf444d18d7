import { beforeEach, describe, expect, it } from "vitest";
import type { InteractionResponse } from "../../../src/discord/wire.ts";
import type { Platform } from "../../../src/domain/platform.ts";
import { MINUTE_MS } from "../../../src/domain/time.ts";
import { displayNameOf } from "../../../src/platforms/lookup.ts";
import { sweep } from "../../../src/services/sweep.ts";
import {
  accountId,
  accountRow,
  begin,
  comeBack,
  decide,
  OWNERS_PLATFORMS,
  postOf,
  waiting,
} from "../../support/connecting.ts";
import { buttonsOf, commandOf, interact, linked, textOf } from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, everyRow, rows, submit } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

let world: World;
let affiliate: Account;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
});

const connect = (platform: string, branch: string | null = null) =>
  interact(world, commandOf(world, "connect", { platform }), branch);

/** Where the answer's button leads. */
function pageOf(answer: InteractionResponse): URL {
  const [, url = ""] = /"url":"([^"]+)"/.exec(JSON.stringify(answer)) ?? [];
  return new URL(url);
}

const allow = async (answer: InteractionResponse, platform: Platform) =>
  comeBack(world, await decide(world, pageOf(answer), { account: accountId(platform) }));

/** Everything but which interactions were handled. */
async function everythingElse(): Promise<string> {
  await rows("delete from discord_interactions");
  return everyRow();
}

describe("/claim connect", () => {
  it.each(OWNERS_PLATFORMS)(
    "leads to the page of consent of %s, which connects the account",
    async (platform) => {
      const answer = await connect(platform, "begun");
      expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
      expect(textOf(answer)).toContain(`Authorise on ${displayNameOf(platform)}`);
      expect((await allow(answer, platform)).status).toBe(200);
      expect(await accountRow(platform, accountId(platform))).toMatchObject({
        affiliate_id: affiliate.id,
        state: "active",
      });
    },
  );

  it("says for how long its address is good, and what becomes of the claims that wait", async () => {
    world.ctx.config = { ...world.ctx.config, CONNECT_MINUTES: 7 };
    const text = textOf(await connect("tiktok"));
    expect(text).toContain(`<t:${(world.now + 7 * MINUTE_MS) / 1_000}:R>`);
    expect(text).toContain("Claims that wait for this account are judged afterwards.");
  });

  it("has the claim judged that waited for the account", async () => {
    const campaignId = await aCampaign(world, { platforms: ["tiktok"], policy: { settle_hours: 0 } });
    const { externalId, url } = postOf("tiktok");
    const author = { id: accountId("tiktok"), name: "Ada Clips" };
    await world.setPost("tiktok", externalId, { metrics: { likes: 40 }, author });
    const claim = { key: affiliate.key, campaignId, url, claimed: { claimed_likes: 40 } };
    const { report_id } = await submit(world, claim);
    await world.deliver();
    expect(await waiting(report_id)).toMatchObject({ state: "open", put_off_reason: "not_connected" });
    await allow(await connect("tiktok"), "tiktok");
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    expect(await waiting(report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it("puts an address that no button takes into the text", async () => {
    const long = `https://claimcheck.test/${"a".repeat(500)}`;
    world.ctx.config = { ...world.ctx.config, PUBLIC_URL: long };
    const answer = await connect("tiktok", "long");
    expect(JSON.stringify(answer)).not.toContain('"url"');
    expect(buttonsOf(answer)).toEqual([]);
    const [, address = ""] = /\[Authorise on TikTok\]\((\S+)\)/.exec(textOf(answer)) ?? [];
    expect(new URL(address).searchParams.get("redirect_uri")).toContain(long);
  });

  it("ends what was begun before on the platform, wherever it was", async () => {
    const former = await decide(world, await begin(world, affiliate.key, "tiktok"), {
      account: accountId("tiktok"),
    });
    const answer = await connect("tiktok");
    expect((await comeBack(world, former)).status).not.toBe(200);
    expect((await allow(answer, "tiktok")).status).toBe(200);
  });

  it("keeps its address and state out of the log", async () => {
    const state = pageOf(await connect("tiktok")).searchParams.get("state") ?? "none";
    expect(world.lines.join("\n")).not.toContain(state);
  });

  it.each(["youtube", "x", "reddit", "myspace", "constructor", " "])(
    "is not for a platform whose posts anybody can read, or none: %o",
    async (platform) => {
      const before = await everythingElse();
      const text = textOf(await connect(platform, "refused"));
      expect(text).toContain("**platform** must be one of Instagram, Facebook, TikTok, LinkedIn");
      expect(await everythingElse()).toBe(before);
    },
  );

  it.each([
    { why: "no secret of the platform", change: () => withSettings({ configured: false }) },
    { why: "no keys to seal with", change: () => Object.assign(world.ctx, { box: null }) },
    {
      why: "no address to come back to",
      change: () => Object.assign(world.ctx, { config: { ...world.ctx.config, PUBLIC_URL: "" } }),
    },
  ])("says in words where nothing can be connected yet: $why", async ({ change }) => {
    change();
    const before = await everythingElse();
    const answer = await connect("tiktok", "refused");
    expect(textOf(answer)).toContain("Accounts on TikTok cannot be connected yet.");
    expect(await everythingElse()).toBe(before);
    expect(world.lines.join("\n")).toContain("connecting_not_configured");
  });
});

function withSettings(change: { configured: boolean }): void {
  const { settings } = world.ctx;
  world.ctx.settings = (platform) => ({ ...settings(platform), ...change });
}
