import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, type Stack, startStack, until } from "./stack.ts";

// Clicks are gathered for a second and delivered after five; they settle a little later here than that.
const ENV = {
  CRON_SECONDS: "1",
  PUT_OFF_SECONDS: "1",
  SWEEP_AGAIN_SECONDS: "10",
  CLICK_FLUSH_MS: "200",
  CLICK_SETTLE_SECONDS: "12",
};
/** A paused link and a changed destination take effect within this. */
const PROMPT_MS = 5_000;

let stack: Stack;
let creators = 0;

const as = (role: "admin" | "advertiser") => ({ key: stack.keys[role] });

beforeAll(async () => {
  stack = await startStack({ name: "e2e-tracking", port: 8921, env: ENV, fresh: true });
});

afterAll(async () => stack?.stop());

async function ok(method: string, path: string, options: { key?: string; body?: unknown }): Promise<Json> {
  const { status, body } = await stack.api(method, `/api/v1${path}`, options);
  expect(status, `${method} ${path}: ${JSON.stringify(body)}`).toBeLessThan(300);
  return body;
}

async function aCreator(): Promise<string> {
  creators += 1;
  const body = { name: `Tracked ${creators}`, email: `tracked${creators}@example.com` };
  const created = await ok("POST", "/affiliates", { ...as("admin"), body });
  return created.api_key ?? created.secret;
}

async function aCampaign(name: string): Promise<string> {
  const body = {
    name,
    platforms: ["youtube"],
    landing_url: "https://shop.example.com/launch?ref=social#offer",
    pay: { currency: "USD" },
  };
  return (await ok("POST", "/campaigns", { ...as("advertiser"), body })).id;
}

interface Entry {
  key: string;
  id: string;
  link: string;
}

/** A post of 5,000 views that is claimed to have just these, with its tracked link. */
async function anEntry(campaignId: string, video: string): Promise<Entry> {
  await stack.control("PUT", `/youtube/posts/${video}`, { metrics: { views: 5_000 } });
  const key = await aCreator();
  const url = `https://www.youtube.com/watch?v=${video}`;
  const body = { campaign_id: campaignId, url, claimed_views: 5_000 };
  const receipt = await ok("POST", "/submissions", { key, body });
  expect(await verdictOf(receipt.report_id)).toMatchObject({ status: "MATCHED" });
  return { key, id: receipt.submission_id, link: receipt.tracked_link };
}

const report = (id: string): Promise<Json> => ok("GET", `/reconciliation/reports/${id}`, as("admin"));

async function verdictOf(id: string): Promise<Json> {
  await until(async () => (await report(id)).state === "final", `the verdict of ${id}`);
  return report(id);
}

async function claim({ key, id }: Entry, body: Record<string, number>): Promise<string> {
  return (await ok("PUT", `/submissions/${id}/metrics`, { key, body })).report_id;
}

const browser = (n: number) =>
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:${100 + n}.0) Gecko/20100101 Firefox/${100 + n}.0`;

/** Follows a link as different people; where each was sent. */
async function follow(link: string, from: number, to: number, agent = browser): Promise<URL[]> {
  const sent: URL[] = [];
  for (let n = from; n < to; n++) {
    const answer = await fetch(link, { redirect: "manual", headers: { "user-agent": agent(n) } });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("set-cookie")).toBeNull();
    sent.push(new URL(answer.headers.get("location") ?? ""));
  }
  return sent;
}

async function counted({ key, id }: Entry, human: number): Promise<Json> {
  const series = () => ok("GET", `/submissions/${id}/traffic`, { key });
  await until(
    async () => (await series()).totals.clicks.human >= human,
    `${human} clicks of ${id} to be counted`,
  );
  return (await series()).totals;
}

describe("a campaign with tracked links, on the running stack", () => {
  it("judges views, clicks and conversions of one YouTube post, with confidence 1", async () => {
    const entry = await anEntry(await aCampaign("All three"), "tracked0001");
    const people = await follow(entry.link, 0, 60);
    expect(people[0]?.origin).toBe("https://shop.example.com");
    expect(people[0]?.searchParams.get("ref")).toBe("social");
    expect(people[0]?.hash).toBe("#offer");
    await follow(entry.link, 0, 3, (n) => `Googlebot/2.${n} (+http://www.google.com/bot.html)`);
    await fetch(entry.link, { method: "HEAD", redirect: "manual" });
    await fetch(entry.link, {
      redirect: "manual",
      headers: { "sec-purpose": "prefetch", "user-agent": browser(1) },
    });
    const { campaign_id } = await ok("GET", `/submissions/${entry.id}`, { key: entry.key });
    const conversions = people.slice(0, 4).map((destination, n) => ({
      campaign_id,
      order_id: `order-${n}`,
      click_id: destination.searchParams.get("click_id"),
      value: "49.90",
      currency: "USD",
    }));
    const stored = await ok("POST", "/conversions", { ...as("advertiser"), body: { conversions } });
    expect(stored.results.map(({ attribution }: Json) => attribution)).toEqual(
      Array.from({ length: 4 }, () => "click"),
    );
    expect(await counted(entry, 60)).toMatchObject({
      clicks: { human: 60, automated: 3, unique_human: 60 },
      conversions: { orders: 4, reversed: 0, value_minor: 4 * 4_990 },
    });

    const claimed = { claimed_views: 5_000, claimed_clicks: 60, claimed_conversions: 4 };
    const reportId = await claim(entry, claimed);
    expect(await verdictOf(reportId)).toMatchObject({ status: "MATCHED" });
    expect((await report(reportId)).attempts.at(-1).verdict.confidence).toBe(1);

    // Late clicks, and a second look: what was true at the claim's instant is still true.
    await follow(entry.link, 60, 90);
    await counted(entry, 90);
    await ok("POST", "/reconciliation/run", { ...as("admin"), body: { report_id: reportId } });
    await until(async () => (await report(reportId)).attempts.length === 2, "the second look");
    expect(await verdictOf(reportId)).toMatchObject({ status: "MATCHED" });
    expect((await report(reportId)).attempts.at(-1).verdict.confidence).toBe(1);
  });

  it("catches an inflated claim of clicks, once the clicks have had their time", async () => {
    const entry = await anEntry(await aCampaign("Inflated"), "tracked0002");
    await follow(entry.link, 0, 20);
    await counted(entry, 20);
    const reportId = await claim(entry, { claimed_views: 5_000, claimed_clicks: 60 });
    await until(async () => (await report(reportId)).state !== "open", "the first look");
    expect(await report(reportId)).toMatchObject({ state: "provisional" });
    const verdict = await verdictOf(reportId);
    expect(verdict).toMatchObject({ status: "AFFILIATE_OVERCLAIMED" });
    expect(verdict.attempts.at(-1).verdict.confidence).toBe(1);
    expect(JSON.stringify(verdict)).toContain("your tracked link counted 20");
  });

  it("stops the links of a paused campaign, and moves those of a changed one, at once", async () => {
    const campaignId = await aCampaign("Paused");
    const { link } = await anEntry(campaignId, "tracked0003");
    await follow(link, 0, 1);
    const answered = async () => fetch(link, { redirect: "manual", headers: { "user-agent": browser(7) } });
    const change = (body: unknown) => ok("PATCH", `/campaigns/${campaignId}`, { ...as("advertiser"), body });

    await change({ landing_url: "https://elsewhere.example.com/" });
    const moved = async () => (await answered()).headers.get("location")?.includes("elsewhere") === true;
    await until(moved, "the new destination", PROMPT_MS);

    await change({ status: "PAUSED" });
    await until(async () => (await answered()).status !== 302, "the link to stop", PROMPT_MS);
    const page = await answered();
    expect(page.headers.get("location")).toBeNull();
    expect(await page.text()).toMatch(/<html[\s\S]*paused/i);

    await change({ status: "ACTIVE" });
    await until(moved, "the link to work again", PROMPT_MS);
  });

  it("takes a signed postback once, and no forged one", async () => {
    const campaignId = await aCampaign("Postback");
    const { link } = await anEntry(campaignId, "tracked0004");
    const [destination] = await follow(link, 0, 1);
    const { secret } = await ok("POST", `/campaigns/${campaignId}/postback/rotate`, as("advertiser"));
    const signed = (fields: Record<string, string>, key = secret) => {
      const query = new URLSearchParams({ campaign_id: campaignId, ...fields }).toString();
      const sig = createHmac("sha256", key).update(query).digest("hex");
      return `${stack.keys.base_url}/api/v1/conversions/postback?${query}&sig=${sig}`;
    };
    const order = {
      order_id: "1001",
      click_id: destination?.searchParams.get("click_id") ?? "",
      value: "12.50",
      currency: "USD",
      ts: String(Math.floor(Date.now() / 1_000)),
    };
    const answers = [];
    for (const url of [signed(order), signed(order), signed(order, "forged"), `${signed(order)}0`]) {
      const response = await fetch(url);
      answers.push([response.status, ((await response.json()) as Json).result]);
    }
    expect(answers).toEqual([
      [200, "recorded"],
      [200, "duplicate"],
      [401, undefined],
      [401, undefined],
    ]);
    const { totals } = await ok("GET", `/campaigns/${campaignId}/traffic`, as("advertiser"));
    expect(totals.conversions).toMatchObject({ orders: 1, value_minor: 1_250 });
  });
});
