import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { anAdvertiser, anAffiliate, refusalOf, row } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

const KEYS = "/api/v1/keys";

interface KeyAnswer {
  id: string;
  prefix: string;
  role: string;
  subject_id: string | null;
  label: string | null;
  expires_at: string | null;
  revoked_at: string | null;
  secret: string;
}

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const send = (method: string, path: string, { body, key = admin }: { body?: unknown; key?: string } = {}) =>
    world.request(method, `${KEYS}${path}`, { key, body });
  const issue = async (body: unknown, key: string = admin): Promise<KeyAnswer> => {
    const response = await send("POST", "", { body, key });
    expect(response.status).toBe(201);
    return response.json();
  };
  const list = async (query = "", key: string = admin): Promise<KeyAnswer[]> => {
    const page: { data: KeyAnswer[] } = await (await send("GET", query, { key })).json();
    return page.data;
  };
  const works = async (key: string) => (await send("GET", "", { key })).status === 200;
  return { world, admin, send, issue, list, works };
}

const inSeconds = (world: { now: number }, seconds: number) =>
  new Date(world.now + seconds * 1_000).toISOString();

describe("issuing a key", () => {
  it("shows the secret once and stores its hash", async () => {
    const { world, send, list, works } = await aStage();
    const { id: subject_id } = await anAffiliate(world);
    const expires_at = inSeconds(world, 60);
    const body = { role: "affiliate", subject_id, label: "laptop", expires_at };
    const response = await send("POST", "", { body });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { secret, ...key }: KeyAnswer = await response.json();
    expect(secret).toMatch(/^cck_[0-9A-Za-z]{38}$/);
    expect(key).toEqual({
      id: expect.stringMatching(/^key_[0-9A-Z]{26}$/),
      prefix: secret.slice(0, 10),
      label: "laptop",
      role: "affiliate",
      subject_id,
      created_at: "2026-06-01T12:00:00.000Z",
      expires_at,
      revoked_at: null,
    });
    expect(await works(secret)).toBe(true);
    const [listed] = await list(`?subject_id=${subject_id}`);
    expect(listed).toEqual(key);
    expect(JSON.stringify(await row("select * from api_keys where id = ?", key.id))).not.toContain(secret);
  });

  it("with an end works until that instant and no longer", async () => {
    const { world, issue, works } = await aStage();
    const { secret } = await issue({ role: "admin", expires_at: inSeconds(world, 60) });
    world.advance(59_999);
    expect(await works(secret)).toBe(true);
    world.advance(1);
    expect(await works(secret)).toBe(false);
  });

  it("refuses an end that is not in the future", async () => {
    const { world, send } = await aStage();
    const at = (seconds: number) =>
      send("POST", "", { body: { role: "admin", expires_at: inSeconds(world, seconds) } });
    expect(await refusalOf(await at(0))).toMatchObject({ status: 422, pointers: ["#/expires_at"] });
    expect((await at(0.001)).status).toBe(201);
  });

  it("for oneself needs neither role nor subject", async () => {
    const { world, issue } = await aStage();
    const affiliate = await anAffiliate(world);
    const advertiser = await anAdvertiser(world);
    expect(await issue({}, affiliate.key)).toMatchObject({ role: "affiliate", subject_id: affiliate.id });
    expect(await issue({}, advertiser.key)).toMatchObject({ role: "advertiser", subject_id: advertiser.id });
    expect(await issue({ role: "affiliate", subject_id: affiliate.id }, affiliate.key)).toMatchObject({
      subject_id: affiliate.id,
    });
  });

  it("for anybody else takes an admin", async () => {
    const { world, send } = await aStage();
    const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
    const advertiser = await anAdvertiser(world);
    for (const body of [
      { role: "admin" },
      { role: "advertiser" },
      { subject_id: other.id },
      { role: "advertiser", subject_id: advertiser.id },
    ]) {
      expect((await refusalOf(await send("POST", "", { body, key: affiliate.key }))).code).toBe("forbidden");
    }
    expect((await world.request("POST", KEYS, { body: {} })).status).toBe(401);
  });

  it("refuses a role and a subject that do not fit", async () => {
    const { world, send } = await aStage();
    const affiliate = await anAffiliate(world);
    const archived = await anAdvertiser(world);
    await world.request("DELETE", `/api/v1/advertisers/${archived.id}`, {
      key: await issueKey(world, "admin", null),
    });
    const refused: [unknown, string][] = [
      [{}, "#/role"],
      [{ role: "operator" }, "#/role"],
      [{ role: "admin", subject_id: affiliate.id }, "#/subject_id"],
      [{ role: "affiliate" }, "#/subject_id"],
      [{ role: "advertiser", subject_id: affiliate.id }, "#/subject_id"],
      [{ role: "affiliate", subject_id: world.ctx.ids("aff") }, "#/subject_id"],
      [{ role: "advertiser", subject_id: archived.id }, "#/subject_id"],
      [{ role: "admin", label: " " }, "#/label"],
      [{ role: "admin", scopes: [] }, "#/scopes"],
    ];
    for (const [body, pointer] of refused) {
      expect(await refusalOf(await send("POST", "", { body }))).toEqual({
        status: 422,
        code: "validation_failed",
        pointers: [pointer],
      });
    }
  });
});

describe("listing keys", () => {
  it("shows an admin all of them or one subject's, and everybody else their own", async () => {
    const { world, list } = await aStage();
    const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
    const subjects = async (query: string, key?: string) =>
      (await list(query, key)).map(({ subject_id }) => subject_id);
    expect(await subjects("")).toEqual([other.id, affiliate.id, null]);
    expect(await subjects(`?subject_id=${affiliate.id}`)).toEqual([affiliate.id]);
    expect(await subjects("", affiliate.key)).toEqual([affiliate.id]);
    expect(await subjects(`?subject_id=${other.id}`, affiliate.key)).toEqual([]);
  });

  it("pages from the newest to the oldest", async () => {
    const { send, issue } = await aStage();
    const newest = await issue({ role: "admin" });
    const first: { data: KeyAnswer[]; next_cursor: string } = await (await send("GET", "?limit=1")).json();
    expect(first.data.map(({ id }) => id)).toEqual([newest.id]);
    const rest = await send("GET", `?limit=1&cursor=${first.next_cursor}`);
    expect(await rest.json()).toMatchObject({ data: [{ role: "admin" }], next_cursor: null });
  });

  it("never holds a secret or its hash", async () => {
    const { world, admin, send } = await aStage();
    const text = await (await send("GET", "")).text();
    const stored = await row<{ secret_hash: string }>("select secret_hash from api_keys");
    expect(text).not.toContain(admin);
    expect(text).not.toContain(stored?.secret_hash);
    expect(world.lines.join()).not.toContain(admin);
  });

  it.each(["", "?subject_id=aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"])("%s reads no table whole", async (query) => {
    const { world, send } = await aStage();
    const affiliate = await anAffiliate(world);
    for (const key of [undefined, affiliate.key]) {
      const plans = await plansOf(world, () => send("GET", query, key === undefined ? {} : { key }));
      expect(plans.join()).toContain("SEARCH api_keys USING");
      expect(fullScans(plans, "api_keys")).toEqual([]);
    }
  });
});

describe("rotating a key", () => {
  it("issues a new one like it and revokes the old at once", async () => {
    const { world, send, issue, works } = await aStage();
    const affiliate = await anAffiliate(world);
    const old = await issue({ label: "laptop", expires_at: inSeconds(world, 600) }, affiliate.key);
    const response = await send("POST", `/${old.id}/rotate`, { key: affiliate.key });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const next: KeyAnswer = await response.json();
    expect(next).toMatchObject({
      role: "affiliate",
      subject_id: affiliate.id,
      label: "laptop",
      expires_at: old.expires_at,
      revoked_at: null,
    });
    expect(next.id).not.toBe(old.id);
    expect([await works(old.secret), await works(next.secret)]).toEqual([false, true]);
  });

  it("may leave the old one working for a while, never longer than it would have", async () => {
    const { world, send, issue, works } = await aStage();
    const long = await issue({ role: "admin" });
    const short = await issue({ role: "admin", expires_at: inSeconds(world, 30) });
    for (const { id } of [long, short]) {
      expect((await send("POST", `/${id}/rotate`, { body: { overlap_seconds: 60 } })).status).toBe(201);
    }
    world.advance(29_999);
    expect([await works(long.secret), await works(short.secret)]).toEqual([true, true]);
    world.advance(1);
    expect([await works(long.secret), await works(short.secret)]).toEqual([true, false]);
    world.advance(30_000);
    expect(await works(long.secret)).toBe(false);
  });

  it("may give the new one another end, or none", async () => {
    const { world, send, issue } = await aStage();
    const [later, never] = [inSeconds(world, 3_600), null];
    for (const expires_at of [later, never]) {
      const { id } = await issue({ role: "admin", expires_at: inSeconds(world, 60) });
      const response = await send("POST", `/${id}/rotate`, { body: { expires_at } });
      expect(await response.json()).toMatchObject({ expires_at });
    }
  });

  it("is refused for a key that is revoked or expired, so that a second rotation issues nothing", async () => {
    const { world, send, issue } = await aStage();
    const revoked = await issue({ role: "admin" });
    const expired = await issue({ role: "admin", expires_at: inSeconds(world, 1) });
    expect((await send("POST", `/${revoked.id}/rotate`)).status).toBe(201);
    world.advance(1_000);
    const keys = await row("select count(*) as n from api_keys");
    for (const { id } of [revoked, expired]) {
      expect((await refusalOf(await send("POST", `/${id}/rotate`))).code).toBe("conflict");
    }
    expect(await row("select count(*) as n from api_keys")).toEqual(keys);
  });

  it("lets one of two racing rotations win", async () => {
    const { send, issue } = await aStage();
    const { id } = await issue({ role: "admin" });
    const answers = await Promise.all([send("POST", `/${id}/rotate`), send("POST", `/${id}/rotate`)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it("does not exist for whom the key is not", async () => {
    const { world, send, issue } = await aStage();
    const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
    const own = await issue({}, affiliate.key);
    const ofAdmin = await issue({ role: "admin" });
    expect((await send("POST", `/${own.id}/rotate`, { key: other.key })).status).toBe(404);
    expect((await send("POST", `/${ofAdmin.id}/rotate`, { key: affiliate.key })).status).toBe(404);
    expect((await send("POST", `/${world.ctx.ids("key")}/rotate`)).status).toBe(404);
    expect((await send("POST", `/${own.id}/rotate`)).status).toBe(201);
  });

  it.each([
    { overlap_seconds: 0, status: 201 },
    { overlap_seconds: 86_400, status: 201 },
    { overlap_seconds: -1, status: 422 },
    { overlap_seconds: 86_401, status: 422 },
    { overlap_seconds: 1.5, status: 422 },
    { overlap_seconds: "60", status: 422 },
  ])("with an overlap of $overlap_seconds s answers $status", async ({ overlap_seconds, status }) => {
    const { send, issue } = await aStage();
    const { id } = await issue({ role: "admin" });
    expect((await send("POST", `/${id}/rotate`, { body: { overlap_seconds } })).status).toBe(status);
  });
});

describe("revoking a key", () => {
  it("stops it at once; a second time changes nothing", async () => {
    const { world, send, issue, works } = await aStage();
    const affiliate = await anAffiliate(world);
    const { id, secret } = await issue({}, affiliate.key);
    const revoke = () => send("DELETE", `/${id}`, { key: affiliate.key });
    const revokedAt = world.now;
    expect((await revoke()).status).toBe(204);
    expect(await works(secret)).toBe(false);
    world.advance(1_000);
    expect((await revoke()).status).toBe(204);
    expect(await row("select revoked_at from api_keys where id = ?", id)).toEqual({ revoked_at: revokedAt });
  });

  it("does not exist for whom the key is not", async () => {
    const { world, send, issue, works } = await aStage();
    const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
    const { id, secret } = await issue({}, affiliate.key);
    expect((await send("DELETE", `/${id}`, { key: other.key })).status).toBe(404);
    expect((await send("DELETE", `/${world.ctx.ids("key")}`)).status).toBe(404);
    expect(await works(secret)).toBe(true);
    expect((await send("DELETE", `/${id}`)).status).toBe(204);
  });

  it("keeps the last admin key that works", async () => {
    const { world, admin, send, issue, list, works } = await aStage();
    const [first] = await list();
    const second = await issue({ role: "admin", expires_at: inSeconds(world, 60) });
    expect((await send("DELETE", `/${second.id}`)).status).toBe(204);
    expect((await refusalOf(await send("DELETE", `/${first?.id}`))).code).toBe("conflict");
    expect(await works(admin)).toBe(true);

    const expiring = await issue({ role: "admin", expires_at: inSeconds(world, 60) });
    world.advance(60_000);
    expect((await send("DELETE", `/${first?.id}`)).status).toBe(409);
    // Revoking what no longer works takes nothing away.
    expect((await send("DELETE", `/${expiring.id}`)).status).toBe(204);
    await issue({ role: "admin" });
    expect((await send("DELETE", `/${first?.id}`)).status).toBe(204);
    expect(await works(admin)).toBe(false);
  });

  it("finds the other admin keys by an index", async () => {
    const { world, send } = await aStage();
    const plans = await plansOf(world, () => send("DELETE", `/${world.ctx.ids("key")}`));
    expect(plans.join()).toContain("api_keys_subject");
    expect(["o", "api_keys"].flatMap((table) => fullScans(plans, table))).toEqual([]);
  });
});
