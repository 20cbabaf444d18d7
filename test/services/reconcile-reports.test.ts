import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { aCampaign, anAffiliate, reconciliation, rows, submit, videoId } from "../support/fixtures.ts";
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

describe("a report of a post whose truth is known", () => {
  it.each([
    { views: 1_000, status: "MATCHED", level: null, trust: 510_000, alert: null },
    { views: 1_030, status: "DISCREPANCY_LOW", level: "LOW", trust: 490_000, alert: null },
    { views: 1_100, status: "DISCREPANCY_MEDIUM", level: "MEDIUM", trust: 470_000, alert: null },
    { views: 1_300, status: "AFFILIATE_OVERCLAIMED", level: "HIGH", trust: 400_000, alert: "HIGH" },
    { views: 1_600, status: "AFFILIATE_OVERCLAIMED", level: "CRITICAL", trust: 400_000, alert: "CRITICAL" },
    { views: 700, status: "DISCREPANCY_HIGH", level: "HIGH", trust: 500_000, alert: "HIGH" },
  ])(
    "of 1,000 views claimed as $views ends $status $level",
    async ({ views, status, level, trust, alert }) => {
      const world = createWorld();
      const affiliate = await anAffiliate(world);
      const campaignId = await aCampaign(world);
      await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
      const receipt = await submit(world, {
        key: affiliate.key,
        campaignId,
        claimed: { claimed_views: views },
      });
      expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "open", status: null });

      world.advance(2_000);
      await world.deliver();

      expect(await reconciliation(receipt.report_id)).toMatchObject({
        state: "final",
        status,
        level,
        logs: 1,
        attempts: 0,
      });
      const [stored] = await rows(
        "select trust, total_submissions, accurate_submissions from affiliates where id = ?",
        affiliate.id,
      );
      expect(stored).toEqual({
        trust,
        total_submissions: 1,
        accurate_submissions: Number(status === "MATCHED"),
      });
      const alerts = await rows<{ severity: string }>(
        "select severity from alerts where category in ('FRAUD', 'DATA_QUALITY')",
      );
      expect(alerts.map(({ severity }) => severity)).toEqual(alert === null ? [] : [alert]);
    },
  );
});
