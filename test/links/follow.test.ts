import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { readClickId } from "../../src/lib/click-ids.ts";
import { START } from "../support/world.ts";
import { aStage, BROWSER, LANDING, leadsTo } from "./stage.ts";

afterEach(() => reset());

describe("following a link", () => {
  it("leads to the destination and tells it who came, with a click id that is signed", async () => {
    const { world, affiliate, code, follow } = await aStage({}, LANDING, "autumn");
    const response = await follow();
    expect(response.status).toBe(302);
    expect(await response.text()).toBe("");
    const { address, clickId } = leadsTo(response);
    expect(address).toBe(`${LANDING}&affiliate_id=${affiliate.id}&sub_id=autumn&click_id=%E2%80%A6`);
    if (world.ctx.box === null || clickId === null) throw new Error("there is a key, so there is a click id");
    expect(await readClickId(world.ctx.box, clickId)).toEqual({ code, at: START, kind: "human" });
  });

  it("sets no cookie, is kept by nobody, and tells the shop no more than where its visitor comes from", async () => {
    const { follow } = await aStage();
    const { headers } = await follow();
    expect(headers.get("set-cookie")).toBeNull();
    expect(Object.fromEntries(headers)).toEqual({
      location: expect.stringContaining("https://shop.example/"),
      "cache-control": "no-store",
      "referrer-policy": "strict-origin",
      "strict-transport-security": "max-age=63072000; includeSubDomains",
      "x-robots-tag": "noindex",
    });
  });

  it.each([
    { spelt: (code: string) => code.toUpperCase(), why: "in capitals" },
    { spelt: (code: string) => `${code}/`, why: "with a slash behind it" },
    { spelt: (code: string) => `${code}?url=https://evil.example`, why: "with a query" },
    {
      spelt: (code: string) => `${code}?click_id=forged&affiliate_id=aff_other&sub_id=x#y`,
      why: "with our own names",
    },
  ])("works $why, and nothing of the request goes into the destination", async ({ spelt }) => {
    const { affiliate, code, follow } = await aStage();
    const { address, clickId } = leadsTo(await follow(spelt(code)));
    expect(address).toBe(`${LANDING}&affiliate_id=${affiliate.id}&click_id=%E2%80%A6`);
    expect(clickId).toHaveLength(69);
  });

  it.each([
    "/go//evil.example",
    "/go/%2F%2Fevil.example",
    "/go/https://evil.example/",
    "/go/\\evil.example",
    "/go/@evil.example",
    "/go/0123456789%0d%0aLocation:%20https://evil.example",
    "/go/%0d%0aset-cookie:x=1",
    "/go/012345678u",
    "/go/012345678",
    "/go/01234567890",
    "/go/?url=https://evil.example",
    "/go",
  ])("leads nowhere from %s", async (path) => {
    const { world } = await aStage();
    const response = await world.request("GET", path, { headers: BROWSER });
    expect(response.status).toBe(404);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(await response.text()).not.toContain("evil");
    expect(world.takeUsage().trips).toBe(0);
  });

  it("goes on without a click id when there is no key to sign it", async () => {
    const { world, affiliate, follow } = await aStage();
    world.ctx.box = null;
    const { address, clickId } = leadsTo(await follow());
    expect({ address, clickId }).toEqual({
      address: `${LANDING}&affiliate_id=${affiliate.id}`,
      clickId: null,
    });
  });

  it("names each click of one millisecond by itself", async () => {
    const { world, follow } = await aStage();
    let drawn = 0;
    world.ctx.random = () => (drawn++ % 7) / 7;
    const ids = new Set<string | null>();
    for (let i = 0; i < 7; i++) ids.add(leadsTo(await follow()).clickId);
    expect(ids.size).toBe(7);
  });

  it("writes no log line", async () => {
    const { world, follow } = await aStage();
    await follow();
    await follow("0000000000");
    await world.flushClicks();
    expect(world.lines).toEqual([]);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s and says what it takes", async (method) => {
    const { world, code, follow } = await aStage();
    const response = await follow(code, {}, method);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(response.headers.get("location")).toBeNull();
    await world.flushClicks();
    expect(world.clicked).toEqual([]);
  });
});

describe("a link that is not open", () => {
  it.each([
    { set: "status = 'PAUSED'", status: 404, says: "This link is paused" },
    { set: "status = 'ENDED'", status: 410, says: "This offer has ended" },
    { set: `ends_at = ${START}`, status: 410, says: "This offer has ended" },
    { set: `ends_at = ${START + 1}`, status: 302, says: "" },
    { set: `starts_at = ${START + 1}`, status: 404, says: "This link does not work yet" },
    { set: `starts_at = ${START}`, status: 302, says: "" },
    { set: "landing_url = null", status: 404, says: "This link does not work yet" },
  ])("answers $status where $set", async ({ set, status, says }) => {
    const { campaignId, world, follow } = await aStage();
    await env.DB.prepare(`update campaigns set ${set} where id = ?`).bind(campaignId).run();
    const response = await follow();
    expect(response.status).toBe(status);
    const html = await response.text();
    expect(html).toContain(says);
    if (status === 302) return;
    expect(html).toContain('<html lang="en">');
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.get("x-robots-tag")).toBe("noindex");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    await world.flushClicks();
    expect(world.clicked).toEqual([]);
  });

  it("answers 404 to a suspended affiliate's, and does not say why", async () => {
    const { affiliate, follow } = await aStage();
    await env.DB.prepare("update affiliates set status = 'suspended' where id = ?").bind(affiliate.id).run();
    const response = await follow();
    expect(response.status).toBe(404);
    expect(await response.text()).not.toMatch(/suspend/i);
  });

  it("begins and ends by the clock, without being read again", async () => {
    const { world, campaignId, follow } = await aStage();
    await env.DB.prepare("update campaigns set starts_at = ?, ends_at = ? where id = ?")
      .bind(START + 1_000, START + 2_000, campaignId)
      .run();
    expect((await follow()).status).toBe(404);
    await world.flushClicks();
    world.takeUsage();
    world.advance(1_000);
    expect((await follow()).status).toBe(302);
    world.advance(1_000);
    expect((await follow()).status).toBe(410);
    expect(world.takeUsage().trips).toBe(0);
  });

  it("shows a page whose style sheet is there", async () => {
    const { world, follow } = await aStage();
    const response = await follow("0000000000");
    expect([response.status, response.headers.get("content-type")]).toEqual([
      404,
      "text/html; charset=utf-8",
    ]);
    const [, sheet] = /<link rel="stylesheet" href="([^"]+)">/.exec(await response.text()) ?? [];
    expect((await world.request("GET", sheet ?? "")).status).toBe(200);
  });

  it("is not shown as such when the database is down: that is a 503 which may be tried again", async () => {
    const { world, follow } = await aStage();
    world.failBatch(1, "before");
    const response = await follow();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(world.lines.join()).toContain("link_not_followed");
    expect((await follow()).status).toBe(302);
  });

  it("stays the same to HEAD, without a body", async () => {
    const { campaignId, code, follow } = await aStage();
    await env.DB.prepare("update campaigns set status = 'ENDED' where id = ?").bind(campaignId).run();
    const response = await follow(code, {}, "HEAD");
    expect([response.status, await response.text()]).toEqual([410, ""]);
  });
});
