import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { runBatch } from "../../src/db/client.ts";
import { upsertAlerts } from "../../src/db/queries/alerts-upsert.ts";
import { type AlertDraft, alertDraft } from "../../src/domain/alert.ts";
import { anAdvertiser, anAffiliate, refusalOf, rows } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, type World } from "../support/world.ts";

afterEach(() => reset());

const ALERTS = "/api/v1/alerts";
const NOON = "2026-06-01T12:00:00.000Z";
const NOBODY = "alr_00000000000000000000000000";

/** Raises alerts the way a run does. */
async function raise(world: World, ...drafts: Partial<AlertDraft>[]): Promise<string[]> {
  const full = drafts.map((draft, i) =>
    alertDraft({
      cause: `dead:${world.now}:${i}`,
      category: "SYSTEM_HEALTH",
      severity: "HIGH",
      title: "A report could not be judged",
      message: "Writing its verdict failed.",
      ...draft,
    }),
  );
  const statement = upsertAlerts(full, { now: world.now, ids: world.ctx.ids, repeatMs: 0 });
  await runBatch(world.ctx.db, [statement]);
  const stored = await rows<{ id: string; cause: string }>(
    "select id, cause from alerts where status <> 'RESOLVED'",
  );
  return full.map(({ cause }) => stored.find((alert) => alert.cause === cause)?.id ?? "not raised");
}

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const get = (path: string, key: string | undefined = admin) =>
    world.request("GET", `${ALERTS}${path}`, { key });
  const put = (path: string, body?: unknown, key: string | undefined = admin) =>
    world.request("PUT", `${ALERTS}${path}`, { key, body });
  const list = async (query: string, key: string | undefined = admin) => {
    const response = await get(query, key);
    const page: { data: { id: string }[]; next_cursor: string | null } = await response.json();
    return { ids: page.data.map(({ id }) => id), next: page.next_cursor, link: response.headers.get("link") };
  };
  return { world, admin, get, put, list };
}

describe("who may see and handle alerts", () => {
  it.each([
    { method: "GET", path: "", roles: ["admin", "advertiser"] },
    { method: "GET", path: "/stats", roles: ["admin", "advertiser"] },
    { method: "GET", path: "/{id}", roles: ["admin", "advertiser"] },
    { method: "PUT", path: "/{id}/acknowledge", roles: ["admin"] },
    { method: "PUT", path: "/{id}/resolve", body: { notes: "Done" }, roles: ["admin"] },
  ])("$method $path is for $roles and nobody else", async ({ method, path, body, roles }) => {
    const { world, admin } = await aStage();
    const advertiser = await anAdvertiser(world);
    const [id = ""] = await raise(world, { advertiserId: advertiser.id });
    const keys = { affiliate: (await anAffiliate(world)).key, advertiser: advertiser.key, admin };
    const at = `${ALERTS}${path.replace("{id}", id)}`;
    for (const [role, key] of Object.entries(keys)) {
      const { status } = await world.request(method, at, { key, body });
      expect([role, status]).toEqual([role, roles.includes(role) ? 200 : 403]);
    }
    expect((await world.request(method, at, { body })).status).toBe(401);
  });

  it("an advertiser sees its own alerts; those of others do not exist for it", async () => {
    const { world, get, list } = await aStage();
    const [one, other] = [await anAdvertiser(world), await anAdvertiser(world)];
    const [mine = "", theirs = "", nobodys = ""] = await raise(
      world,
      { advertiserId: one.id },
      { advertiserId: other.id },
      {},
    );
    expect((await list("", one.key)).ids).toEqual([mine]);
    expect((await list("?status=OPEN", one.key)).ids).toEqual([mine]);
    expect((await get(`/${mine}`, one.key)).status).toBe(200);
    for (const id of [theirs, nobodys]) {
      expect(await refusalOf(await get(`/${id}`, one.key))).toMatchObject({ status: 404, code: "not_found" });
    }
    expect((await list("")).ids).toEqual([nobodys, theirs, mine]);
  });
});

describe("reading an alert", () => {
  it("answers everything that is known of it", async () => {
    const { world, get } = await aStage();
    const [id] = await raise(world, { cause: "platform:x", platform: "x", category: "SYSTEM_HEALTH" });
    world.advance(60_000);
    await raise(world, { cause: "platform:x", platform: "x", message: "Reports still wait." });
    expect(await (await get(`/${id}`)).json()).toEqual({
      id,
      cause: "platform:x",
      category: "SYSTEM_HEALTH",
      severity: "HIGH",
      status: "OPEN",
      count: 2,
      title: "A report could not be judged",
      message: "Reports still wait.",
      advertiser_id: null,
      campaign_id: null,
      affiliate_id: null,
      post_id: null,
      report_id: null,
      platform: "x",
      first_seen_at: NOON,
      last_seen_at: "2026-06-01T12:01:00.000Z",
      acknowledged_at: null,
      acknowledged_by: null,
      resolved_at: null,
      resolved_by: null,
      notes: null,
    });
  });

  it.each([
    { id: NOBODY, status: 404 },
    { id: "alr_1", status: 422 },
  ])("answers $status to $id", async ({ id, status }) => {
    const { get } = await aStage();
    expect((await get(`/${id}`)).status).toBe(status);
  });
});

describe("listing alerts", () => {
  it("pages newest first without missing or repeating one", async () => {
    const { world, list } = await aStage();
    const ids = await raise(world, {}, {}, {}, {}, {});
    for (const filter of ["", "&severity=HIGH"]) {
      const first = await list(`?limit=2${filter}`);
      const second = await list(`?limit=2${filter}&cursor=${first.next}`);
      const third = await list(`?limit=2${filter}&cursor=${second.next}`);
      expect([...first.ids, ...second.ids, ...third.ids]).toEqual(ids.toReversed());
      expect(first.link).toBe(`<${ALERTS}?limit=2${filter}&cursor=${first.next}>; rel="next"`);
      expect([third.next, third.link]).toEqual([null, null]);
    }
  });

  it("filters by status, severity, category and campaign, alone and together", async () => {
    const { world, put, list } = await aStage();
    const campaignId = "cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E";
    const [fraud = "", quality = "", critical = "", resolved = ""] = await raise(
      world,
      { category: "FRAUD", campaignId },
      { category: "DATA_QUALITY", campaignId },
      { category: "FRAUD", severity: "CRITICAL" },
      { category: "FRAUD" },
    );
    await put(`/${resolved}/resolve`, { notes: "Settled." });
    await put(`/${quality}/acknowledge`);
    expect((await list("?category=FRAUD")).ids).toEqual([resolved, critical, fraud]);
    expect((await list("?severity=CRITICAL")).ids).toEqual([critical]);
    expect((await list("?status=RESOLVED")).ids).toEqual([resolved]);
    expect((await list("?status=ACKNOWLEDGED")).ids).toEqual([quality]);
    expect((await list(`?campaign_id=${campaignId}`)).ids).toEqual([quality, fraud]);
    expect((await list(`?campaign_id=${campaignId}&category=FRAUD`)).ids).toEqual([fraud]);
    expect((await list("?status=OPEN&severity=HIGH&category=FRAUD")).ids).toEqual([fraud]);
    expect((await list("?status=OPEN&category=TRUST")).ids).toEqual([]);
  });

  it.each([
    { query: "?status=open", pointer: "#query/status" },
    { query: "?severity=SEVERE", pointer: "#query/severity" },
    { query: "?category=OTHER", pointer: "#query/category" },
    { query: "?campaign_id=1", pointer: "#query/campaign_id" },
    { query: "?limit=201", pointer: "#query/limit" },
    { query: "?cursor=x", pointer: "#query/cursor" },
    { query: "?state=OPEN", pointer: "#query/state" },
  ])("refuses $query", async ({ query, pointer }) => {
    const { get } = await aStage();
    expect(await refusalOf(await get(query))).toEqual({
      status: 422,
      code: "validation_failed",
      pointers: [pointer],
    });
  });

  it.each([
    { as: "admin", query: "", index: "USING PRIMARY KEY" },
    { as: "admin", query: "?status=OPEN", index: "USING COVERING INDEX alerts_status" },
    { as: "admin", query: "?severity=HIGH", index: "USING COVERING INDEX alerts_status" },
    { as: "admin", query: "?campaign_id=cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E", index: "alerts_campaign" },
    { as: "advertiser", query: "?status=OPEN", index: "alerts_advertiser" },
    { as: "admin", query: "/stats", index: "alerts_status" },
    { as: "advertiser", query: "/stats", index: "alerts_advertiser" },
  ])("answers $query to an $as from an index", async ({ as, query, index }) => {
    const { world, admin, get } = await aStage();
    const key = as === "admin" ? admin : (await anAdvertiser(world)).key;
    const plans = await plansOf(world, () => get(query, key));
    const reads = plans.filter((step) => / alerts\b/.test(step));
    // The unfiltered list walks the primary key itself, and its LIMIT ends the walk.
    if (query !== "") expect(fullScans(plans, "alerts")).toEqual([]);
    expect(reads.join("\n")).toContain(query === "" ? "SCAN alerts" : index);
  });

  it("reads no more for a rare kind among many alerts", async () => {
    const { world, get } = await aStage();
    await raise(world, { category: "FRAUD", severity: "CRITICAL" });
    await raise(world, ...Array.from({ length: 300 }, () => ({ severity: "LOW" as const })));
    world.takeUsage();
    await get("?severity=CRITICAL&limit=10");
    const usage = world.takeUsage();
    expect(usage.trips).toBe(2);
    expect(usage.rowsRead).toBeLessThan(40);
  });
});

describe("counting unresolved alerts", () => {
  it("counts by category and severity, open and acknowledged apart", async () => {
    const { world, get, put } = await aStage();
    const advertiser = await anAdvertiser(world);
    const [, second = "", third = ""] = await raise(
      world,
      { category: "FRAUD", severity: "CRITICAL", advertiserId: advertiser.id },
      { category: "FRAUD", severity: "HIGH" },
      { category: "TRUST", severity: "MEDIUM" },
      { category: "FRAUD", severity: "HIGH" },
    );
    await put(`/${second}/acknowledge`);
    await put(`/${third}/resolve`, { notes: "Fine." });
    const none = {
      total: 0,
      by_category: { FRAUD: 0, DATA_QUALITY: 0, SYSTEM_HEALTH: 0, TRUST: 0 },
      by_severity: { LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0 },
    };
    const fraud = (total: number, bySeverity: object) => ({
      total,
      by_category: { ...none.by_category, FRAUD: total },
      by_severity: { ...none.by_severity, ...bySeverity },
    });
    expect(await (await get("/stats")).json()).toEqual({
      open: fraud(2, { CRITICAL: 1, HIGH: 1 }),
      acknowledged: fraud(1, { HIGH: 1 }),
    });
    expect(await (await get("/stats", advertiser.key)).json()).toEqual({
      open: fraud(1, { CRITICAL: 1 }),
      acknowledged: none,
    });
  });
});

describe("acknowledging an alert", () => {
  it("records who and when; a second time changes nothing", async () => {
    const { world, put } = await aStage();
    const [id] = await raise(world, {});
    const other = await issueKey(world, "admin", null);
    const first = await put(`/${id}/acknowledge`, { notes: "Looking." });
    expect(first.status).toBe(200);
    const alert: Record<string, unknown> = await first.json();
    expect(alert).toMatchObject({
      status: "ACKNOWLEDGED",
      acknowledged_at: NOON,
      acknowledged_by: expect.stringMatching(/^admin:key_/),
      notes: "Looking.",
    });
    world.advance(60_000);
    const second = await put(`/${id}/acknowledge`, { notes: "Me too." }, other);
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual(alert);
  });

  it("needs no body and still counts repeats of the cause", async () => {
    const { world, get, put } = await aStage();
    const [id] = await raise(world, { cause: "platform:x" });
    expect((await put(`/${id}/acknowledge`)).status).toBe(200);
    await raise(world, { cause: "platform:x" });
    expect(await (await get(`/${id}`)).json()).toMatchObject({
      status: "ACKNOWLEDGED",
      count: 2,
      notes: null,
    });
  });

  it("is refused once the alert is resolved, and for an alert there is not", async () => {
    const { world, put } = await aStage();
    const [id] = await raise(world, {});
    await put(`/${id}/resolve`, { notes: "Done." });
    expect(await refusalOf(await put(`/${id}/acknowledge`))).toMatchObject({ status: 409, code: "conflict" });
    expect(await refusalOf(await put(`/${NOBODY}/acknowledge`))).toMatchObject({ status: 404 });
  });
});

describe("resolving an alert", () => {
  it("records who, when and what was found; a second time is a conflict that changes nothing", async () => {
    const { world, get, put } = await aStage();
    const [id] = await raise(world, {});
    const resolved = await put(`/${id}/resolve`, { notes: "The post was re-uploaded." });
    expect(resolved.status).toBe(200);
    const alert: Record<string, unknown> = await resolved.json();
    expect(alert).toMatchObject({
      status: "RESOLVED",
      resolved_at: NOON,
      resolved_by: expect.stringMatching(/^admin:key_/),
      acknowledged_at: null,
      notes: "The post was re-uploaded.",
    });
    world.advance(1_000);
    const again = await put(`/${id}/resolve`, { notes: "Again." });
    expect(await refusalOf(again)).toMatchObject({ status: 409, code: "conflict" });
    expect(await (await get(`/${id}`)).json()).toEqual(alert);
  });

  it("lets the same cause raise a new alert", async () => {
    const { world, get, put } = await aStage();
    const [first] = await raise(world, { cause: "platform:x" });
    await put(`/${first}/resolve`, { notes: "It is back." });
    const [second] = await raise(world, { cause: "platform:x" });
    expect(second).not.toBe(first);
    expect(await (await get(`/${second}`)).json()).toMatchObject({ status: "OPEN", count: 1 });
    expect(await (await get(`/${first}`)).json()).toMatchObject({ status: "RESOLVED", count: 1 });
  });

  it("lets one of two operators win", async () => {
    const { world, put } = await aStage();
    const [id] = await raise(world, {});
    const answers = await Promise.all(["One.", "Two."].map((notes) => put(`/${id}/resolve`, { notes })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it.each([
    { body: {}, pointers: ["#/notes"] },
    { body: { notes: "" }, pointers: ["#/notes"] },
    { body: { notes: "x".repeat(2_001) }, pointers: ["#/notes"] },
    { body: { notes: "x", status: "OPEN" }, pointers: ["#/status"] },
  ])("refuses $body", async ({ body, pointers }) => {
    const { world, put } = await aStage();
    const [id] = await raise(world, {});
    expect(await refusalOf(await put(`/${id}/resolve`, body))).toEqual({
      status: 422,
      code: "validation_failed",
      pointers,
    });
  });

  it("takes notes of 2,000 characters, and knows no alert that is not there", async () => {
    const { world, put } = await aStage();
    const [id] = await raise(world, {});
    const notes = "x".repeat(2_000);
    expect((await put(`/${NOBODY}/resolve`, { notes })).status).toBe(404);
    expect((await put(`/${id}/resolve`, { notes })).status).toBe(200);
  });
});

describe("an alert that folds over two advertisers", () => {
  it("is the operator's alone from then on: neither advertiser reads of the other", async () => {
    const world = createWorld();
    const [one, two] = [await anAdvertiser(world), await anAdvertiser(world)];
    const admin = await issueKey(world, "admin", null);
    const draft = { cause: "high:aff_1:youtube", category: "DATA_QUALITY" } as const;
    const [id] = await raise(world, { ...draft, advertiserId: one.id, campaignId: "cmp_1" });
    const seenBy = async (key: string) => (await world.request("GET", `${ALERTS}/${id}`, { key })).status;
    expect(await seenBy(one.key)).toBe(200);
    await raise(world, { ...draft, advertiserId: two.id, campaignId: "cmp_2", message: "of the other" });
    expect([await seenBy(one.key), await seenBy(two.key), await seenBy(admin)]).toEqual([404, 404, 200]);
  });
});
