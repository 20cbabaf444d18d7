import { describe, expect, it } from "vitest";
import type { ClickMessage } from "../../src/domain/click.ts";
import { lateClicks } from "../../src/domain/late-clicks.ts";
import { aClick, linkCode, MIDNIGHT } from "../support/clicks.ts";

const NOON = MIDNIGHT + 43_200_000;
const message = (...clicks: Parameters<typeof aClick>[0][]): ClickMessage => ({
  v: 1,
  kind: "clicks",
  id: "clk_1",
  clicks: clicks.map((click) => aClick(click)),
});
const late = (messages: ClickMessage[], settleSeconds = 30) =>
  lateClicks(messages, { countedAt: NOON, settleSeconds });

describe("a click", () => {
  it.each([
    { ago: 0, isLate: false },
    { ago: 29_999, isLate: false },
    { ago: 30_000, isLate: true },
    { ago: 86_400_000, isLate: true },
  ])("that is counted after $ago ms is late: $isLate", ({ ago, isLate }) => {
    expect(late([message({ at: NOON - ago })])).toHaveLength(Number(isLate));
  });

  it("of automation is never late", () => {
    expect(late([message({ at: MIDNIGHT, kind: "automated" })])).toEqual([]);
  });
});

it("of each link the earliest late click is told, by the begin of its second", () => {
  const found = late([
    message({ at: NOON - 60_001 }, { at: NOON - 50_000, link: 2 }, { at: NOON - 1, link: 3 }),
    message({ at: NOON - 90_000 + 999 }, { at: NOON - 1 }, { at: NOON - 40_000, link: 2 }),
  ]);
  expect(found).toEqual([
    { link: linkCode(1), at: NOON - 90_000 },
    { link: linkCode(2), at: NOON - 50_000 },
  ]);
});
