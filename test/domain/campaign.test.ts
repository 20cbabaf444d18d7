import { describe, expect, it } from "vitest";
import { claimsCloseAt, endIfEndedNow } from "../../src/domain/campaign.ts";

describe("the end of a campaign that is ended now", () => {
  it.each([
    { startsAt: 100, endsAt: null, now: 500, end: 500, why: "no end was known" },
    { startsAt: 100, endsAt: 501, now: 500, end: 500, why: "its end was still to come" },
    { startsAt: 100, endsAt: 500, now: 500, end: 500, why: "it ends at this very instant" },
    { startsAt: 100, endsAt: 499, now: 500, end: 499, why: "it had ended already" },
    { startsAt: 500, endsAt: null, now: 500, end: 501, why: "it began at this very instant" },
    { startsAt: 900, endsAt: 950, now: 500, end: 901, why: "it never began" },
  ])("is $end at $now: $why", ({ startsAt, endsAt, now, end }) => {
    expect(endIfEndedNow({ startsAt, endsAt }, now)).toBe(end);
  });
});

describe("the close of claims", () => {
  it("lies whole days after the end, and is unknown while the end is", () => {
    expect(claimsCloseAt(1_000, 7)).toBe(604_801_000);
    expect(claimsCloseAt(1_000, 0)).toBe(1_000);
    expect(claimsCloseAt(null, 7)).toBeNull();
  });
});
