import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { ConversionEntry } from "../../src/domain/conversion.ts";
import { recordConversions } from "../../src/services/record-conversions.ts";
import { aLink, anOrder, aShop } from "../support/conversions.ts";
import { rows } from "../support/fixtures.ts";
import { recountConversions } from "../support/recount-conversions.ts";
import { createWorld, START } from "../support/world.ts";

afterEach(() => reset());

const HOUR = 3_600_000;
const TABLES = [
  "conversions",
  "conversion_refunds",
  "conversion_days",
  "conversion_hours",
  "campaign_traffic",
];

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 1 });
const orderId = fc.integer({ min: 0, max: 3 }).map((n) => `A-${n}`);
const hoursAgo = (min: number, max: number) => fc.integer({ min, max }).map((hours) => START - hours * HOUR);
/** Few values, so that parts, rests and more than there is all come about. */
const value = orNull(fc.integer({ min: 0, max: 4 }).map((n) => `${n}.00`));

const order = (campaignId: string, codes: readonly string[]) =>
  fc
    .record({ orderId, value, occurredAt: hoursAgo(20, 60), code: orNull(fc.constantFrom(...codes)) })
    .map((given) => anOrder({ campaignId, ...given }));

const refund = (campaignId: string) =>
  fc
    .record({
      orderId,
      value,
      occurredAt: orNull(hoursAgo(0, 30)),
      refundId: orNull(fc.constantFrom("R-1", "R-2", "R-3")),
    })
    .map((given) => anOrder({ campaignId, event: "refund", ...given }));

const twice = (entry: fc.Arbitrary<ConversionEntry>) =>
  fc.tuple(entry, fc.boolean()).map(([sent, again]) => (again ? [sent, sent] : [sent]));

describe("whatever is sent, in whatever order", () => {
  it("the sums are those of the orders and refunds, and sending it again changes nothing", {
    timeout: 60_000,
  }, async () => {
    const world = createWorld();
    const { campaignId } = await aShop(world);
    const codes = [await aLink(world, campaignId), await aLink(world, campaignId)];
    const record = (entries: readonly ConversionEntry[]) =>
      recordConversions(world.ctx, { advertiserId: null }, entries, "API");
    const entry = fc.oneof(order(campaignId, codes), refund(campaignId));
    const call = fc.array(twice(entry), { minLength: 1, maxLength: 8 }).map((entries) => entries.flat());
    let reversed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 4 }), async (calls) => {
        await env.DB.batch(TABLES.map((table) => env.DB.prepare(`delete from ${table}`)));
        for (const entries of calls) {
          const outcomes = await record(entries);
          const accepted = entries.filter((_, i) => outcomes[i]?.result !== "refused");
          const again = await record(accepted);
          expect(again.map(({ result }) => result)).toEqual(accepted.map(() => "duplicate"));
        }
        const { kept, recounted } = await recountConversions();
        expect(kept).toEqual(recounted);
        reversed += (await rows("select 1 from conversions where reversed_at is not null")).length;
      }),
      { numRuns: 40 },
    );
    // What is drawn does reach the ends that orders can come to.
    expect(reversed).toBeGreaterThan(10);
  });
});
