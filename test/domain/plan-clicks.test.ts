import { describe, expect, it } from "vitest";
import type { Click } from "../../src/domain/click.ts";
import { NO_CLICKS, type StoredClicks } from "../../src/domain/click-count.ts";
import { planClicks } from "../../src/domain/plan-clicks.ts";
import { aClick, campaignCode, DAY, HOUR, linkCode, MIDNIGHT } from "../support/clicks.ts";

const NOTHING: StoredClicks = { counted: [], days: [], fullLists: [], hours: [], humans: [] };

const messageOf = (id: string, ...clicks: Click[]) => ({ v: 1, kind: "clicks", id, clicks }) as const;

describe("the plan of some messages", () => {
  it("is empty where all are counted", () => {
    const plan = planClicks([messageOf("a", aClick())], { ...NOTHING, counted: ["a"] });
    expect(plan).toEqual({ messages: [], days: [], hours: [], fullLists: [], later: [], traffic: [] });
  });

  it("holds those that are not, each link and day with its next version", () => {
    const stored = {
      ...NOTHING,
      counted: ["a"],
      days: [
        {
          ...NO_CLICKS,
          link: linkCode(1),
          day: MIDNIGHT / DAY,
          version: 7,
          human: 4,
          uniqueHuman: 1,
          networks: { 3320: 4 },
          peakMinute: 3,
          fullLists: 0,
          visitors: aClick().v,
        },
      ],
    };
    const { messages, days } = planClicks(
      [messageOf("a", aClick({ link: 3 })), messageOf("b", aClick(), aClick({ link: 2 }))],
      stored,
    );
    expect(messages).toEqual(["b"]);
    expect(days).toMatchObject([
      { link: linkCode(1), version: 8, human: 5, uniqueHuman: 1, networks: { 3320: 5 }, peakMinute: 3 },
      { link: linkCode(2), version: 1, human: 1, uniqueHuman: 1, networks: { 3320: 1 }, peakMinute: 1 },
    ]);
  });

  it("raises later hours that only it knows of by their clicks, not those that it writes anyway", () => {
    const hourOf = (n: number) => (MIDNIGHT + n * HOUR) / HOUR;
    const humans = [3, 6, 9].map((n) => ({ link: linkCode(1), hour: hourOf(n), human: 10 }));
    const clicks = [aClick({ at: MIDNIGHT + 5 * HOUR }), aClick({ at: MIDNIGHT + 9 * HOUR })];
    const { hours, later } = planClicks([messageOf("a", ...clicks)], { ...NOTHING, humans });
    expect(hours.map(({ hour, before }) => [hour, before])).toEqual([
      [hourOf(5), 10],
      [hourOf(9), 21],
    ]);
    expect(later).toEqual([{ link: linkCode(1), hour: hourOf(6), before: 11 }]);
  });

  it("adds to a campaign what all of its links gained", () => {
    const clicks = [
      aClick({ link: 1, visitor: 1 }),
      aClick({ link: 2, visitor: 1 }),
      aClick({ link: 2, visitor: 1, at: MIDNIGHT + HOUR }),
      aClick({ link: 3, campaign: 2, kind: "automated" }),
    ];
    const { traffic } = planClicks([messageOf("a", ...clicks)], NOTHING);
    const hour = MIDNIGHT / HOUR;
    expect(traffic.toSorted((a, b) => a.campaignId.localeCompare(b.campaignId) || a.hour - b.hour)).toEqual([
      { ...NO_CLICKS, campaignId: campaignCode(1), hour: -1, human: 3, uniqueHuman: 2 },
      { ...NO_CLICKS, campaignId: campaignCode(1), hour, human: 2, uniqueHuman: 2 },
      { ...NO_CLICKS, campaignId: campaignCode(1), hour: hour + 1, human: 1 },
      { ...NO_CLICKS, campaignId: campaignCode(2), hour: -1, automated: 1, uniqueAutomated: 1 },
      { ...NO_CLICKS, campaignId: campaignCode(2), hour, automated: 1, uniqueAutomated: 1 },
    ]);
  });
});
