import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VENDORS } from "../simulator/app.ts";
import { type Json, type Stack, startStack, until } from "./stack.ts";

const ENV = { CRON_SECONDS: "1", PUT_OFF_SECONDS: "1", SWEEP_AGAIN_SECONDS: "10" };

let stack: Stack;
let campaignId: string;
let creators = 0;

const as = (role: "admin" | "advertiser" | "affiliate") => ({ key: stack.keys[role] });

beforeAll(async () => {
  stack = await startStack({ name: "e2e-platforms", port: 8907, env: ENV, fresh: true });
  const { body } = await stack.api("GET", "/api/v1/campaigns?status=ACTIVE", as("advertiser"));
  campaignId = body.data.find(({ platforms }: Json) => platforms.length === VENDORS.length).id;
});

afterAll(async () => stack?.stop());

/** A creator nobody has heard of, with nothing connected. */
async function aCreator(): Promise<string> {
  creators += 1;
  const body = { name: `Newcomer ${creators}`, email: `newcomer${creators}@example.com` };
  const { body: created } = await stack.api("POST", "/api/v1/affiliates", { ...as("admin"), body });
  return created.affiliate?.id ? created.api_key : (created.api_key ?? created.secret);
}

async function submit(url: string, claim: Record<string, number>, key: string): Promise<Json> {
  const body = { campaign_id: campaignId, url, ...claim };
  const answer = await stack.api("POST", "/api/v1/submissions", { key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

const report = async (id: string) =>
  (await stack.api("GET", `/api/v1/reconciliation/reports/${id}`, as("admin"))).body;

/** A verdict, be it provisional: where numbers settle, an overclaim waits. */
async function verdictOf(id: string): Promise<Json> {
  await until(async () => (await report(id)).state !== "open", `the verdict of ${id}`);
  return report(id);
}

/** Goes through a platform's page of consent as a browser would, and reads the page it ends on. */
async function consent(
  authorizationUrl: string,
  account: string,
): Promise<{ status: number; page: string; url: string }> {
  const asked = await fetch(`${authorizationUrl}&decision=allow&account=${encodeURIComponent(account)}`, {
    redirect: "manual",
  });
  const url = asked.headers.get("location") ?? "";
  const answer = await fetch(url);
  return { status: answer.status, page: await answer.text(), url };
}

describe("claims on the demo's platforms", () => {
  it.each(VENDORS.map(({ platform, demoPost }, n) => ({ platform, demoPost, n })))(
    "reach the right verdict on $platform",
    async ({ platform, demoPost, n }) => {
      const at = Date.now() - 3_600_000;
      const [honest, inflated] = [demoPost(9_000 + n, at), demoPost(9_500 + n, at)];
      for (const { externalId } of [honest, inflated]) {
        await stack.control("PUT", `/${platform}/posts/${externalId}`, {
          metrics: { views: 1_000, likes: 1_000 },
        });
      }
      const key = stack.keys.affiliate;
      const receipts = [
        await submit(honest.url, { claimed_likes: 1_000 }, key),
        await submit(inflated.url, { claimed_likes: 1_600 }, key),
      ];
      const [matched, over] = await Promise.all(receipts.map(({ report_id }) => verdictOf(report_id)));
      expect(matched).toMatchObject({ status: "MATCHED", state: "final" });
      expect(over).toMatchObject({ status: "AFFILIATE_OVERCLAIMED", level: "CRITICAL" });
    },
  );

  it("show in the list of platforms what is left and when each last answered", async () => {
    const { body } = await stack.api("GET", "/api/v1/platforms", as("affiliate"));
    expect(body.data.map(({ name }: Json) => name)).toHaveLength(VENDORS.length);
    for (const { name, state, supports, last_success_at } of body.data) {
      expect([name, state]).toEqual([name, "ok"]);
      expect(supports.length).toBeGreaterThan(1);
      expect(Date.now() - Date.parse(last_success_at)).toBeLessThan(600_000);
    }
  });
});

describe("connecting an account", () => {
  it.each([
    { platform: "instagram", account: "17841499900000001" },
    { platform: "meta", account: "17841499900000002" },
    { platform: "tiktok", account: "-000newcomer" },
    { platform: "linkedin", account: "urn:li:person:newcomer" },
  ])("lets a claim on $platform be judged that waited for it", async ({ platform, account }) => {
    const key = await aCreator();
    const vendor = VENDORS.find((candidate) => candidate.platform === platform);
    const { externalId, url } = vendor?.demoPost(9_800 + creators, Date.now() - 3_600_000) ?? {
      externalId: "",
      url: "",
    };
    await stack.control("PUT", `/${platform}/posts/${externalId}`, { metrics: { likes: 500 } });
    const receipt = await submit(url, { claimed_likes: 500 }, key);
    expect(receipt.notices.map(({ code }: Json) => code)).toEqual(["account_not_connected"]);
    const waitsFor = async () => (await report(receipt.report_id)).put_off?.reason;
    await until(async () => (await waitsFor()) === "not_connected", "the claim to wait for an account");

    const started = await stack.api("POST", `/api/v1/connect/${platform}`, { key });
    expect(started.status).toBe(201);
    const { status, page, url: callback } = await consent(started.body.authorization_url, account);
    expect([status, page.includes("<h1>")]).toEqual([200, true]);
    expect(page).toContain("Connected");
    expect(await verdictOf(receipt.report_id)).toMatchObject({ status: "MATCHED", state: "final" });

    // The same answer a second time.
    expect((await fetch(callback)).status).toBe(400);
    const { body: accounts } = await stack.api("GET", "/api/v1/accounts", { key });
    const own = accounts.data.find(({ external_id }: Json) => external_id === account);
    expect(own).toMatchObject({ platform, state: "active", proof: "oauth" });
    expect((await stack.api("DELETE", `/api/v1/accounts/${own.id}`, { key })).status).toBe(204);
    const { body: left } = await stack.api("GET", "/api/v1/accounts", { key });
    expect(left.data.some(({ id }: Json) => id === own.id)).toBe(false);
  });

  it("renews a token that its platform ended, in the platform's own object", async () => {
    const { externalId, url } = VENDORS.find(({ platform }) => platform === "tiktok")?.demoPost(
      9_900,
      Date.now(),
    ) ?? {
      externalId: "",
      url: "",
    };
    await stack.control("PUT", `/tiktok/posts/${externalId}`, { metrics: { likes: 300 } });
    await stack.control("PUT", "/tiktok/tokens", { expire: "*" });
    await stack.control("PUT", "/reddit/tokens", { revoke: "*" });
    const receipt = await submit(url, { claimed_likes: 300 }, stack.keys.affiliate);
    const reddit = await submit("https://redd.it/1e2e999", { claimed_comments: 0 }, stack.keys.affiliate);
    expect(await verdictOf(receipt.report_id)).toMatchObject({ status: "MATCHED", attempt_count: 0 });
    expect(await verdictOf(reddit.report_id)).toMatchObject({ attempt_count: 0 });
  });

  it("proves a YouTube channel by the code in its description", async () => {
    const key = await aCreator();
    const channel = "UCe2e0000000000000000001";
    const begun = await stack.api("POST", "/api/v1/connect/youtube", { key, body: { handle: "@e2e" } });
    const tell = (about: string) =>
      stack.control("PUT", `/youtube/accounts/${channel}`, { handle: "e2e", about });
    await tell("My channel.");
    expect((await stack.api("POST", begun.body.verify_url, { key })).status).toBe(409);
    await tell(`My channel. ${begun.body.code}`);
    const proven = await stack.api("POST", begun.body.verify_url, { key });
    expect(proven.body).toMatchObject({ platform: "youtube", external_id: channel, proof: "code" });
  });
});

describe("share links", () => {
  it.each([
    { link: "https://vm.tiktok.com/ZMe2e0001/", platform: "tiktok" },
    { link: "https://www.reddit.com/r/videos/s/AbCdEf1234", platform: "reddit" },
    { link: "https://t.co/e2e0000001", platform: "x" },
    { link: "https://fb.watch/e2e0000001/", platform: "meta" },
  ])("$link is followed to its post", async ({ link, platform }) => {
    expect(await submit(link, { claimed_likes: 1 }, stack.keys.affiliate)).toMatchObject({ platform });
  });

  it("that lead elsewhere are refused with what to paste instead", async () => {
    await stack.control("PUT", "/links", {
      url: "https://t.co/elsewhere1",
      location: "https://evil.example/",
    });
    const body = { campaign_id: campaignId, url: "https://t.co/elsewhere1", claimed_likes: 1 };
    const { status, body: problem } = await stack.api("POST", "/api/v1/submissions", {
      ...as("affiliate"),
      body,
    });
    expect([status, problem.code, problem.errors[0].pointer]).toEqual([422, "validation_failed", "#/url"]);
    expect(problem.detail).toContain("paste");
  });
});
