import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { ConversionEntry } from "../../src/domain/conversion.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { recordConversions } from "../../src/services/record-conversions.ts";
import { anOrder } from "../support/conversions.ts";
import { aCampaign, anAffiliate, reconciliation, submit, videoId } from "../support/fixtures.ts";
import { ownLink, trackCampaign } from "../support/tracked-rows.ts";
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

/** A submission of a day ago, of which so many conversions are claimed now. */
async function aClaim(claimed: number) {
  const world = createWorld();
  const { key } = await anAffiliate(world);
  const campaignId = await aCampaign(world);
  await trackCampaign(campaignId);
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  const { submission_id } = await submit(world, { key, campaignId, claimed: { claimed_views: 1_000 } });
  await world.deliver();
  world.advance(DAY_MS);
  const link = await ownLink(submission_id);
  const claimedAt = world.now;
  const claim = async () => {
    const path = `/api/v1/submissions/${submission_id}/metrics`;
    const body = { claimed_conversions: claimed };
    const response = await world.request("PUT", path, { key, body });
    expect(response.status).toBe(200);
    return (await response.json<{ report_id: string }>()).report_id;
  };
  const record = (entries: readonly Partial<ConversionEntry>[]) =>
    recordConversions(
      world.ctx,
      { advertiserId: null },
      entries.map((entry) => anOrder({ campaignId, ...entry })),
      "IMPORT",
    );
  /** Time passes, then what was sent to the queues is done. */
  const wait = async (hours: number) => {
    world.advance(hours * HOUR_MS);
    await world.deliver();
  };
  const orders = Array.from({ length: claimed }, (_, i) => ({
    orderId: `A-${i}`,
    code: link,
    occurredAt: claimedAt - HOUR_MS,
  }));
  return { world, claimedAt, orders, claim, record, wait };
}

const verdictOf = async (reportId: string) => (await reconciliation(reportId))?.status;

describe("a verdict on conversions", () => {
  it("is corrected by orders that are told after it", async () => {
    const { claim, record, wait, orders } = await aClaim(3);
    const reportId = await claim();
    await wait(26);
    expect(await verdictOf(reportId)).toBe("AFFILIATE_OVERCLAIMED");
    await record(orders);
    await wait(1);
    expect(await verdictOf(reportId)).toBe("MATCHED");
  });

  it("is corrected by the repeat of orders whose first report was cut off", async () => {
    const { world, claim, record, wait, orders } = await aClaim(3);
    const reportId = await claim();
    await wait(26);
    // The first batch reads, the second writes.
    world.failBatch(2, "after");
    await expect(record(orders)).rejects.toThrow("Network connection lost");
    await wait(1);
    expect(await verdictOf(reportId)).toBe("AFFILIATE_OVERCLAIMED");
    expect((await record(orders)).map(({ result }) => result)).toEqual(orders.map(() => "duplicate"));
    await wait(1);
    expect(await verdictOf(reportId)).toBe("MATCHED");
  });

  it("is corrected by reversals from before the claim that are told after it", async () => {
    const { claim, record, wait, orders, claimedAt } = await aClaim(3);
    await record(orders);
    const reportId = await claim();
    await wait(26);
    expect(await verdictOf(reportId)).toBe("MATCHED");
    const occurredAt = claimedAt - MINUTE_MS;
    await record(orders.map(({ orderId }) => ({ event: "refund" as const, orderId, occurredAt })));
    await wait(1);
    expect(await verdictOf(reportId)).toBe("AFFILIATE_OVERCLAIMED");
  });
});
