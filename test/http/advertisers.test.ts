import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { aCampaign, anAdvertiser, anAffiliate, refusalOf, row } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

const ADVERTISERS = "/api/v1/advertisers";

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const send = (method: string, path: string, body?: unknown, key: string = admin) =>
    world.request(method, `${ADVERTISERS}${path}`, { key, body });
  return { world, admin, send };
}

describe("creating an advertiser", () => {
  it("answers the account with its key, which works at once", async () => {
    const { send } = await aStage();
    const response = await send("POST", "", { name: "Brand", contact_email: "Ads@Brand.example" });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const created: { id: string; api_key: string } = await response.json();
    expect(created).toEqual({
      id: expect.stringMatching(/^adv_[0-9A-Z]{26}$/),
      name: "Brand",
      contact_email: "ads@brand.example",
      status: "active",
      created_at: "2026-06-01T12:00:00.000Z",
      updated_at: "2026-06-01T12:00:00.000Z",
      api_key: expect.stringMatching(/^cck_[0-9A-Za-z]{38}$/),
    });
    const { api_key, ...advertiser } = created;
    const own = await send("GET", `/${created.id}`, undefined, api_key);
    expect(await own.json()).toEqual(advertiser);
  });

  it("needs no e-mail; unknown is null", async () => {
    const { send } = await aStage();
    const response = await send("POST", "", { name: "Brand" });
    expect(await response.json()).toMatchObject({ contact_email: null });
  });

  it("refuses a name that is taken, and leaves no key behind", async () => {
    const { send } = await aStage();
    await send("POST", "", { name: "Brand" });
    expect(await refusalOf(await send("POST", "", { name: "Brand" }))).toEqual({
      status: 409,
      code: "conflict",
      pointers: ["#/name"],
    });
    expect(await row("select count(*) as n from api_keys where role = 'advertiser'")).toEqual({ n: 1 });
  });

  it("is the admin's alone and points at every bad field", async () => {
    const { world, send } = await aStage();
    const advertiser = await anAdvertiser(world);
    expect((await send("POST", "", { name: "Brand" }, advertiser.key)).status).toBe(403);
    expect((await world.request("POST", ADVERTISERS, { body: { name: "Brand" } })).status).toBe(401);
    const bad = await send("POST", "", { name: "", contact_email: "x", budget: 1 });
    expect(await refusalOf(bad)).toEqual({
      status: 422,
      code: "validation_failed",
      pointers: ["#/name", "#/contact_email", "#/budget"],
    });
  });
});

describe("listing advertisers", () => {
  it("pages from the newest to the oldest without reading the table whole", async () => {
    const { world, send } = await aStage();
    const [older, newer] = [await anAdvertiser(world), await anAdvertiser(world)];
    const first: { data: { id: string }[]; next_cursor: string } = await (
      await send("GET", "?limit=1")
    ).json();
    expect(first.data).toMatchObject([{ id: newer.id }]);
    const second = await send("GET", `?limit=1&cursor=${first.next_cursor}`);
    expect(await second.json()).toMatchObject({ data: [{ id: older.id }], next_cursor: null });
    expect(fullScans(await plansOf(world, () => send("GET", "")), "advertisers")).toEqual([]);
  });

  it("is the admin's alone", async () => {
    const { world, send } = await aStage();
    const advertiser = await anAdvertiser(world);
    expect((await send("GET", "", undefined, advertiser.key)).status).toBe(403);
  });
});

describe("reading and changing an advertiser", () => {
  it("hides it from other advertisers and refuses affiliates", async () => {
    const { world, send } = await aStage();
    const [advertiser, other] = [await anAdvertiser(world), await anAdvertiser(world)];
    const affiliate = await anAffiliate(world);
    const read = (key: string) => send("GET", `/${advertiser.id}`, undefined, key);
    expect((await read(advertiser.key)).status).toBe(200);
    expect((await read(other.key)).status).toBe(404);
    expect((await read(affiliate.key)).status).toBe(403);
    expect((await send("GET", `/${world.ctx.ids("adv")}`)).status).toBe(404);
  });

  it("changes what is named, and clears an e-mail with null", async () => {
    const { world, send } = await aStage();
    const { id } = await anAdvertiser(world);
    const named = await send("PATCH", `/${id}`, { name: "New name", contact_email: "a@b.example" });
    expect(await named.json()).toMatchObject({ name: "New name", contact_email: "a@b.example" });
    const cleared = await send("PATCH", `/${id}`, { contact_email: null });
    expect(await cleared.json()).toMatchObject({ name: "New name", contact_email: null });
    const renamed = await send("PATCH", `/${id}`, { name: "Again" });
    expect(await renamed.json()).toMatchObject({ name: "Again", contact_email: null });
  });

  it("refuses a taken name, an unknown id, an empty change and everybody but an admin", async () => {
    const { world, send } = await aStage();
    await send("POST", "", { name: "Taken" });
    const { id, key } = await anAdvertiser(world);
    expect((await refusalOf(await send("PATCH", `/${id}`, { name: "Taken" }))).status).toBe(409);
    expect((await send("PATCH", `/${world.ctx.ids("adv")}`, { name: "Nobody" })).status).toBe(404);
    expect((await refusalOf(await send("PATCH", `/${id}`, {}))).pointers).toEqual(["#"]);
    expect((await send("PATCH", `/${id}`, { name: "Mine" }, key)).status).toBe(403);
  });
});

describe("archiving an advertiser", () => {
  it.each(["ACTIVE", "PAUSED"] as const)("is refused while a campaign is %s", async (status) => {
    const { world, send } = await aStage();
    const { id, key } = await anAdvertiser(world);
    await aCampaign(world, { advertiserId: id, status: "ENDED" });
    await aCampaign(world, { advertiserId: id, status });
    expect((await refusalOf(await send("DELETE", `/${id}`))).code).toBe("conflict");
    expect((await send("GET", `/${id}`, undefined, key)).status).toBe(200);
  });

  it("revokes its keys and keeps it readable; a second time changes nothing", async () => {
    const { world, send } = await aStage();
    const { id, key } = await anAdvertiser(world);
    const other = await anAdvertiser(world);
    await aCampaign(world, { advertiserId: id, status: "ENDED" });
    await aCampaign(world, { advertiserId: other.id });
    expect((await send("DELETE", `/${id}`)).status).toBe(204);
    const revokedAt = world.now;
    expect((await send("GET", `/${id}`, undefined, key)).status).toBe(401);
    expect((await send("GET", `/${other.id}`, undefined, other.key)).status).toBe(200);
    world.advance(1_000);
    expect((await send("DELETE", `/${id}`)).status).toBe(204);
    expect(await (await send("GET", `/${id}`)).json()).toMatchObject({
      status: "archived",
      updated_at: new Date(revokedAt).toISOString(),
    });
    expect(await row("select revoked_at from api_keys where subject_id = ?", id)).toEqual({
      revoked_at: revokedAt,
    });
  });

  it("is the admin's alone, and not found for an unknown id", async () => {
    const { world, send } = await aStage();
    const { id, key } = await anAdvertiser(world);
    expect((await send("DELETE", `/${id}`, undefined, key)).status).toBe(403);
    expect((await send("DELETE", `/${world.ctx.ids("adv")}`)).status).toBe(404);
  });

  it("finds campaigns and keys by the advertiser", async () => {
    const { world, send } = await aStage();
    const { id } = await anAdvertiser(world);
    const plans = await plansOf(world, () => send("DELETE", `/${id}`));
    expect(plans.join()).toContain("campaigns_advertiser");
    expect(plans.join()).toContain("api_keys_subject");
    expect(["c", "campaigns", "api_keys"].flatMap((table) => fullScans(plans, table))).toEqual([]);
  });
});
