import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, ROOT, type Stack, startStack, until } from "./stack.ts";

// Times are shortened so that an outage and its end fit into a test; the rules are the same.
const ENV = { CRON_SECONDS: "1", BREAKER_OPEN_SECONDS: "3", PUT_OFF_SECONDS: "1", SWEEP_AGAIN_SECONDS: "10" };
const START = { name: "e2e", port: 8887, env: ENV };

let stack: Stack;
let campaignId: string;
let videos = 0;

const as = (role: "admin" | "advertiser" | "affiliate") => ({ key: stack.keys[role] });
/** An id no other test uses. */
const nextVideo = () => `e2e${String(++videos).padStart(8, "0")}`;

beforeAll(async () => {
  stack = await startStack({ ...START, fresh: true });
  const { body } = await stack.api("GET", "/api/v1/campaigns?status=ACTIVE", as("advertiser"));
  campaignId = body.data.find(({ platforms }: Json) => platforms.length > 1).id;
});

afterAll(async () => stack?.stop());

async function submit(video: string, claimed_views: number, key = stack.keys.affiliate): Promise<Json> {
  const body = { campaign_id: campaignId, url: `https://www.youtube.com/watch?v=${video}`, claimed_views };
  const answer = await stack.api("POST", "/api/v1/submissions", { key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

const report = async (id: string) =>
  (await stack.api("GET", `/api/v1/reconciliation/reports/${id}`, as("admin"))).body;

async function verdictOf(id: string): Promise<Json> {
  await until(async () => (await report(id)).state === "final", `the verdict of ${id}`);
  return report(id);
}

async function aCreator(): Promise<{ id: string; key: string }> {
  const body = { name: `E2E ${videos} ${Date.now()}`, email: `e2e${videos}.${Date.now()}@example.com` };
  const { body: created } = await stack.api("POST", "/api/v1/affiliates", { ...as("admin"), body });
  return {
    id: created.affiliate?.id ?? created.id,
    key: created.api_key ?? created.key?.secret ?? created.secret,
  };
}

describe("npm start on a fresh clone", () => {
  it("takes README's walk as it is pasted", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const walk = /<!-- walk -->\s*```bash\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(walk).toBeDefined();
    const pasted = (walk ?? "").replaceAll("./.dev/keys.json", `${stack.dev}/keys.json`);
    const output = execFileSync("bash", ["-euo", "pipefail", "-c", pasted], { cwd: ROOT, encoding: "utf8" });
    expect(output).toContain('"status":"PENDING"');
    expect(output).toContain("AFFILIATE_OVERCLAIMED");
    expect(output).toMatch(
      /You claimed 12,001 views; YouTube showed 10,000 at \d\d:\d\d UTC. That is 20.01 % more\./,
    );
  });

  it("serves its own description, kept for the linter", async () => {
    const { status, body } = await stack.api("GET", "/openapi.json");
    expect(status).toBe(200);
    writeFileSync(join(stack.dev, "openapi.json"), JSON.stringify(body));
    const docs = await fetch(`${stack.keys.base_url}/docs`);
    expect(docs.status).toBe(200);
    expect(await docs.text()).not.toMatch(/https?:\/\/(?!127\.0\.0\.1)[a-z.]*(cdn|unpkg|jsdelivr)/);
  });

  it.each([
    { views: 1_000, status: "MATCHED", level: null, trust: 0.51, alert: null },
    { views: 1_030, status: "DISCREPANCY_LOW", level: "LOW", trust: 0.49, alert: null },
    { views: 1_100, status: "DISCREPANCY_MEDIUM", level: "MEDIUM", trust: 0.47, alert: null },
    { views: 1_300, status: "AFFILIATE_OVERCLAIMED", level: "HIGH", trust: 0.4, alert: "HIGH" },
    { views: 1_600, status: "AFFILIATE_OVERCLAIMED", level: "CRITICAL", trust: 0.4, alert: "CRITICAL" },
  ])(
    "judges $views claimed of 1,000 as $status $level, and everything agrees",
    async ({ views, status, level, trust, alert }) => {
      const video = nextVideo();
      await stack.control("PUT", `/youtube/posts/${video}`, { metrics: { views: 1_000 } });
      const creator = await aCreator();
      const before = (await stack.api("GET", `/api/v1/dashboard/campaigns/${campaignId}`, as("advertiser")))
        .body;
      const receipt = await submit(video, views, creator.key);
      expect(receipt.status).toBe("PENDING");

      expect(await verdictOf(receipt.report_id)).toMatchObject({ status, level });

      const me = (await stack.api("GET", "/api/v1/affiliates/me", { key: creator.key })).body;
      expect(me).toMatchObject({
        trust,
        total_submissions: 1,
        accurate_submissions: Number(status === "MATCHED"),
      });
      const alerts = (
        await stack.api("GET", `/api/v1/alerts?category=FRAUD&campaign_id=${campaignId}`, as("admin"))
      ).body.data;
      const raised = alerts.filter(({ report_id }: Json) => report_id === receipt.report_id);
      expect(raised.map(({ severity }: Json) => severity)).toEqual(alert === null ? [] : [alert]);
      const after = (await stack.api("GET", `/api/v1/dashboard/campaigns/${campaignId}`, as("advertiser")))
        .body;
      expect(after.totals.reports - before.totals.reports).toBe(1);
      const history = (await stack.api("GET", "/api/v1/submissions/history", { key: creator.key })).body.data;
      expect(history.map(({ submission_id }: Json) => submission_id)).toEqual([receipt.submission_id]);
    },
  );

  it("asks the platform for 100 posts that arrive together in at most 4 calls", async () => {
    const ids = Array.from({ length: 100 }, nextVideo);
    for (const video of ids)
      await stack.control("PUT", `/youtube/posts/${video}`, { metrics: { views: 1_000 } });
    const calls = async () => (await stack.control("GET", "/youtube/calls")).calls as number;
    const before = await calls();
    const receipts = await Promise.all(ids.map((video) => submit(video, 1_000)));
    for (const { report_id } of receipts)
      expect(await verdictOf(report_id)).toMatchObject({ status: "MATCHED" });
    expect((await calls()) - before).toBeLessThanOrEqual(4);
  });

  it("loses nothing while a platform is down, uses up no attempt, and judges all once it heals", async () => {
    await stack.control("PUT", "/youtube/faults", { outage: true });
    const receipts: Json[] = [];
    const breaker = async () =>
      (await stack.api("GET", "/api/v1/platforms/youtube/status", as("admin"))).body;
    const isOpen = async () => JSON.stringify(await breaker()).includes('"open"');
    await until(async () => {
      const video = nextVideo();
      await stack.control("PUT", `/youtube/posts/${video}`, { metrics: { views: 1_000 } });
      receipts.push(await submit(video, 1_000));
      return isOpen();
    }, "the breaker to open");
    for (const { report_id } of receipts)
      expect(await report(report_id)).toMatchObject({ state: "open", attempt_count: 0 });
    await stack.control("PUT", "/youtube/faults", {});
    for (const { report_id } of receipts) {
      expect(await verdictOf(report_id)).toMatchObject({ status: "MATCHED", attempt_count: 0 });
    }
  });

  it("keeps everything over a restart, and ends both servers on SIGTERM", async () => {
    const video = nextVideo();
    await stack.control("PUT", `/youtube/posts/${video}`, { metrics: { views: 1_000 } });
    const receipt = await submit(video, 1_000);
    const before = await verdictOf(receipt.report_id);
    await stack.stop();
    stack = await startStack({ ...START, fresh: false });
    expect(await report(receipt.report_id)).toEqual(before);
  });
});
