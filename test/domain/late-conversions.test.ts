import { describe, expect, it } from "vitest";
import type { Order } from "../../src/domain/conversion.ts";
import { lateConversions } from "../../src/domain/late-conversions.ts";

const NOW = Date.UTC(2026, 5, 1);
const MINUTE = 60_000;

const anOrder = (given: Partial<Order>): Order => ({
  campaignId: "cmp_1",
  orderId: "A-1",
  link: "link-one",
  attribution: "code",
  clickedAt: null,
  automatedClick: false,
  occurredAt: NOW - MINUTE - 1,
  valueMinor: null,
  currency: null,
  refundedMinor: 0,
  refundedAt: null,
  reversedAt: null,
  ...given,
});

const lateOf = (told: { orders?: Order[]; takenBack?: Order[] }) =>
  lateConversions({ told: { orders: [], takenBack: [], ...told } }, NOW);

describe("what is told late", () => {
  it("is of each link its earliest", () => {
    const orders = [3, 5, 4].map((minutes) => anOrder({ occurredAt: NOW - minutes * MINUTE }));
    expect(lateOf({ orders: [...orders, anOrder({ link: "link-two" })] }).orders).toEqual([
      { link: "link-one", at: NOW - 5 * MINUTE },
      { link: "link-two", at: NOW - MINUTE - 1 },
    ]);
  });

  it("are orders of a link that are older than a minute", () => {
    const orders = [anOrder({}), anOrder({ occurredAt: NOW - MINUTE }), anOrder({ link: null })];
    expect(lateOf({ orders })).toEqual({
      orders: [{ link: "link-one", at: NOW - MINUTE - 1 }],
      reversals: [],
    });
  });

  it("are reversals, at their own time, and no refunds that leave something", () => {
    const takenBack = [
      anOrder({ reversedAt: NOW - MINUTE - 1 }),
      anOrder({ reversedAt: NOW - MINUTE }),
      anOrder({ refundedMinor: 5, reversedAt: null }),
      anOrder({ link: null, reversedAt: NOW - MINUTE - 1 }),
    ];
    expect(lateOf({ takenBack })).toEqual({
      orders: [],
      reversals: [{ link: "link-one", at: NOW - MINUTE - 1 }],
    });
  });
});
