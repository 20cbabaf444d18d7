import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { adapterOf } from "../../src/platforms/lookup.ts";
import { sweep } from "../../src/services/sweep.ts";
import { VENDORS } from "../simulator/app.ts";
import { connectAccount } from "../support/connect.ts";
import { type Account, aCampaign, anAffiliate, reconciliation, submit } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };
const REPORTS = 1_000;
const HOUR = 3_600_000;

afterEach(() => reset());

/** The account that reads an agency's posts, where only their owner's can. */
const ACCOUNTS: Record<string, string> = {
  instagram: "17841400000000001",
  meta: "17841400000000002",
  tiktok: "-000agency",
  linkedin: "urn:li:person:agency",
};

/** LinkedIn tells what a post is and what it counts by two resources; every other vendor by one. */
const CALLS_A_BATCH: Record<string, number> = { linkedin: 2 };

async function anAgency(world: World): Promise<Account> {
  const agency = await anAffiliate(world, { trust: 900_000 });
  await world.control("/linkedin/accounts/urn:li:organization:7001", { handle: "agency", name: "Agency" });
  for (const [platform, accountId] of Object.entries(ACCOUNTS)) {
    await connectAccount(world, agency, { platform, accountId });
  }
  return agency;
}

interface Stage {
  world: World;
  agency: Account;
  submissionIds: string[];
  reports: Map<string, number>;
}

/** 1,000 posts over all platforms, each claimed and judged once. */
async function aJudgedThousand(): Promise<Stage> {
  const world = createWorld();
  const { settings } = world.ctx;
  // Without an ad account: the Marketing API is an API of its own, asked beside the posts.
  world.ctx.settings = (platform) => ({
    ...settings(platform),
    secrets: needed(platform, settings(platform).secrets),
  });
  const agency = await anAgency(world);
  const campaignId = await aCampaign(world, { platforms: VENDORS.map(({ platform }) => platform) });
  const stage: Stage = { world, agency, submissionIds: [], reports: new Map() };
  for (let n = 0; n < REPORTS; n++) {
    // safe: the index is below the number of vendors.
    const { platform, demoPost } = VENDORS[n % VENDORS.length] as (typeof VENDORS)[number];
    const { externalId, url } = demoPost(n, world.now - HOUR);
    await world.setPost(platform, externalId, { metrics: { views: 500, likes: 500, comments: 5 } });
    const claim = { key: agency.key, campaignId, url, claimed: { claimed_likes: 500 } };
    stage.submissionIds.push((await submit(world, claim)).submission_id);
    stage.reports.set(platform, (stage.reports.get(platform) ?? 0) + 1);
  }
  await world.deliver();
  return stage;
}

function needed(platform: string, secrets: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(adapterOf(platform).secrets);
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name)));
}

async function callsOf(world: World): Promise<Map<string, number>> {
  const counts = VENDORS.map(
    async ({ platform }) => [platform, (await world.calls(platform)).calls] as const,
  );
  return new Map(await Promise.all(counts));
}

describe("1,000 due reports spread over seven platforms", () => {
  it("cost each vendor as many calls as its batches need, and two more at most", async () => {
    const { world, agency, submissionIds, reports } = await aJudgedThousand();
    world.advance(HOUR);
    const reportIds: string[] = [];
    for (const id of submissionIds) {
      const body = { claimed_likes: 500, claimed_comments: 5 };
      const path = `/api/v1/submissions/${id}/metrics`;
      const answer: { report_id: string } = await (
        await world.request("PUT", path, { key: agency.key, body })
      ).json();
      reportIds.push(answer.report_id);
    }
    // The queue lost them all: they are due together, and the cron finds them.
    world.sent.length = 0;
    world.advance(HOUR);
    const before = await callsOf(world);
    for (let tick = 0; tick < 2; tick++) {
      await sweep(world.ctx, ORIGIN);
      for (const sent of world.sent.splice(0)) {
        world.sent.push(sent);
        await world.deliver();
      }
    }
    const after = await callsOf(world);
    const table = VENDORS.map(({ platform }) => {
      const count = reports.get(platform) ?? 0;
      const batches = Math.ceil(count / adapterOf(platform).batchSize);
      const calls = (after.get(platform) ?? 0) - (before.get(platform) ?? 0);
      return { platform, reports: count, calls, most: (batches + 2) * (CALLS_A_BATCH[platform] ?? 1) };
    });
    expect(table.filter(({ calls, most }) => calls > most || calls === 0)).toEqual([]);
    expect(table.map(({ reports: n }) => n).reduce((a, b) => a + b)).toBe(REPORTS);
    for (const reportId of reportIds.filter((_, n) => n % 37 === 0)) {
      expect(await reconciliation(reportId)).toMatchObject({
        state: "final",
        status: "MATCHED",
        attempts: 0,
      });
    }
    process.stdout.write(
      `${table.map(({ platform, calls, most }) => `${platform} ${calls} of ${most}`).join(", ")}\n`,
    );
  }, 300_000);
});
