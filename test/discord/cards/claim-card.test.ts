import { describe, expect, it } from "vitest";
import { channelClaimCard } from "../../../src/discord/cards/channel-claim-card.ts";
import { claimCard } from "../../../src/discord/cards/claim-card.ts";
import { TONES, type Tone } from "../../../src/discord/cards/tones.ts";
import { COMPONENTS_V2, EPHEMERAL } from "../../../src/discord/wire.ts";
import type { ClaimStatus } from "../../../src/domain/claim-status.ts";
import { buttonsOf, colourOf, textOf } from "./reading.ts";
import { claimStatus, MISSING_REASONS, metricVerdict, NOW, STATES, STATUSES } from "./samples.ts";

const mine = { operator: false, ephemeral: true, now: NOW };
const cardOf = (changes: Partial<ClaimStatus>) => claimCard(claimStatus(changes), mine);
const headOf = (changes: Partial<ClaimStatus>) => textOf(cardOf(changes)).split("\n")[0];

const over = { views: metricVerdict({ direction: "over", level: "LOW", difference: 400, ratio: 0.033 }) };
const under = { views: metricVerdict({ direction: "under", level: "HIGH", difference: 9_000, ratio: 0.4 }) };

describe("the headline of a claim", () => {
  it.each<[Partial<ClaimStatus>, string, Tone]>([
    [{}, "⏳ Being checked", "waiting"],
    [{ putOff: { since: NOW, reason: "outage" } }, "⏳ Waiting for YouTube", "waiting"],
    [{ status: "MATCHED" }, "⏳ Being checked again", "waiting"],
    [{ status: "INCOMPLETE_PLATFORM_DATA" }, "⏳ Some numbers are still missing", "waiting"],
    [{ status: "MISSING_PLATFORM_DATA", missingReason: "gone" }, "⏳ Post not found so far", "waiting"],
    [
      { state: "provisional", status: "AFFILIATE_OVERCLAIMED" },
      "⏳ Above what YouTube shows so far",
      "waiting",
    ],
    [{ state: "dead" }, "🛠️ Stuck: an operator looks into it", "waiting"],
    [{ state: "final", status: "MATCHED" }, "✅ Matched", "good"],
    [
      { state: "final", status: "DISCREPANCY_LOW", truth: over },
      "🟡 Slightly above what YouTube shows",
      "warn",
    ],
    [{ state: "final", status: "DISCREPANCY_MEDIUM", truth: over }, "🟠 Above what YouTube shows", "warn"],
    [{ state: "final", status: "DISCREPANCY_HIGH", truth: over }, "🔴 Far above what YouTube shows", "bad"],
    [
      { state: "final", status: "DISCREPANCY_LOW", truth: under },
      "🔵 Slightly below what YouTube shows",
      "neutral",
    ],
    [
      { state: "final", status: "DISCREPANCY_MEDIUM", truth: under },
      "🔵 Somewhat below what YouTube shows",
      "neutral",
    ],
    [
      { state: "final", status: "DISCREPANCY_HIGH", truth: under },
      "🔵 Far below what YouTube shows",
      "neutral",
    ],
    [{ state: "final", status: "DISCREPANCY_HIGH" }, "🟡 Far off what YouTube shows", "warn"],
    [{ state: "final", status: "AFFILIATE_OVERCLAIMED" }, "🔴 Claimed more than YouTube shows", "bad"],
    [{ state: "final", status: "UNVERIFIABLE" }, "⚪ Could not be verified", "neutral"],
    [
      { state: "final", status: "MISSING_PLATFORM_DATA", missingReason: "private" },
      "⚪ YouTube does not show this post",
      "neutral",
    ],
    [{ state: "final", status: "SKIPPED_SUSPENDED" }, "⏸️ Not judged: the account is suspended", "neutral"],
    [{ state: "final", status: "SUPERSEDED" }, "↪️ Replaced by newer numbers", "neutral"],
  ])("%j is %s", (changes, headline, tone) => {
    expect(headOf(changes)).toBe(`### ${headline}`);
    expect(colourOf(cardOf(changes))).toBe(TONES[tone]);
  });

  it("has words, a next step and a way to look again for every state, status and reason", () => {
    for (const state of STATES) {
      for (const status of STATUSES) {
        for (const missingReason of [null, ...MISSING_REASONS]) {
          for (const putOff of [null, { since: NOW, reason: "outage" }]) {
            const card = cardOf({ state, status, missingReason, putOff });
            expect(textOf(card)).toMatch(/^### \S+ \S.+\n[\s\S]+\*\*Next:\*\* \S/);
            expect(textOf(card)).not.toMatch(/undefined|null|NaN/);
            expect(buttonsOf(card)).toContain("Refresh → v1:status:sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E");
          }
        }
      }
    }
  });
});

describe("claimCard", () => {
  it("says which post, where, why and when", () => {
    const card = cardOf({
      state: "provisional",
      status: "DISCREPANCY_LOW",
      reasons: ["You claimed 12,000 views; YouTube showed 11,000.", "We look again at 12:02 UTC."],
      judgedAt: NOW + 60_000,
      nextLookAt: NOW + 120_000,
    });
    expect(textOf(card)).toContain("**A review**\n-# YouTube · Summer");
    expect(textOf(card)).toContain(
      "- You claimed 12,000 views; YouTube showed 11,000.\n- We look again at 12:02 UTC.",
    );
    expect(textOf(card)).toMatch(/\n-# Claimed <t:1780315200:R> · judged <t:1780315260:R>$/);
    expect(buttonsOf(card)[0]).toBe("Open post → https://www.youtube.com/watch?v=dQw4w9WgXcQ");
  });

  it("names a post without a title by its platform and the end of its address", () => {
    const nameOf = (changes: Partial<ClaimStatus>) =>
      textOf(cardOf({ title: null, ...changes })).split("\n")[1];
    expect(nameOf({})).toBe("**YouTube video …9WgXcQ**");
    const reddit = { platform: "reddit", canonicalUrl: "https://www.reddit.com/comments/1a_b2c/" } as const;
    expect(nameOf(reddit)).toBe("**Reddit post …1a\\_b2c**");
    expect(nameOf({ title: "\u200b", canonicalUrl: "//" })).toBe("**YouTube video**");
    expect(buttonsOf(cardOf({ canonicalUrl: "none" }))).toHaveLength(1);
  });

  it("says when a claim that waits for its platform is looked at next, unless that is past", () => {
    const waits = { putOff: { since: NOW - 5_000, reason: "outage" } };
    const nextLook = (nextLookAt: number) => textOf(cardOf({ ...waits, nextLookAt })).includes("next look");
    expect(textOf(cardOf({ ...waits, nextLookAt: NOW + 120_000 }))).toContain("· next look <t:1780315320:R>");
    expect([NOW - 1_000, NOW, NOW + 1].map(nextLook)).toEqual([false, false, true]);
    expect(textOf(cardOf({ nextLookAt: NOW + 1 }))).not.toContain("next look");
    expect(textOf(cardOf(waits))).toContain(
      "YouTube does not answer. We first tried <t:1780315195:R> and keep trying",
    );
  });

  it("does not call the truth unknown while nobody has looked, and does so afterwards", () => {
    const truthOf = (changes: Partial<ClaimStatus>) =>
      /views\s+12,000\s+(\S+)/.exec(textOf(cardOf(changes)))?.[1];
    expect(truthOf({})).toBe("…");
    expect(truthOf({ state: "final", status: "MISSING_PLATFORM_DATA" })).toBe("unknown");
    expect(truthOf({ status: "MISSING_PLATFORM_DATA" })).toBe("unknown");
  });

  it("accuses nobody of a claim below the truth", () => {
    const [low, high] = [under, over].map((truth) =>
      textOf(cardOf({ state: "final", status: "DISCREPANCY_HIGH", truth })),
    );
    expect(low).toContain("**Next:** Nothing counts against you.");
    expect(high).not.toContain("Nothing counts against you.");
  });

  it("names flags and contest in words", () => {
    const text = textOf(cardOf({ flags: ["clicks_exceed_views", "metric_fell"], contested: true }));
    expect(text).toContain("**We look closer:** more clicks than views, a number lower than last time.");
    expect(text).toContain("**Contested:**");
    expect(textOf(cardOf({}))).not.toMatch(/look closer|Contested/);
  });

  it("lets operators alone have it checked again, unless it was replaced", () => {
    const recheck = "Recheck → v1:recheck:rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E";
    const operator = claimCard(claimStatus(), { operator: true, ephemeral: true, now: NOW });
    expect(buttonsOf(operator)).toContain(recheck);
    expect(textOf(operator)).toContain("-# Ada Clips · YouTube · Summer");
    expect(buttonsOf(cardOf({}))).not.toContain(recheck);
    const replaced = claimStatus({ state: "final", status: "SUPERSEDED" });
    expect(buttonsOf(claimCard(replaced, { operator: true, ephemeral: true, now: NOW }))).not.toContain(
      recheck,
    );
  });

  it("tells the owner to connect the account where that is what the claim waits for", () => {
    const stepFor = (reason: string) =>
      textOf(cardOf({ platform: "tiktok", putOff: { since: NOW, reason } }));
    expect(stepFor("not_connected")).toContain(
      "Connect your TikTok account with `/claim connect`: the claim waits for that",
    );
    expect(stepFor("reconnect")).toContain("Connect your TikTok account again with `/claim connect`");
    expect(stepFor("outage")).not.toContain("onnect your");
  });

  it("is seen by its reader alone if it is told to be", () => {
    expect(cardOf({}).flags).toBe(COMPONENTS_V2 | EPHEMERAL);
    expect(claimCard(claimStatus(), { operator: false, ephemeral: false, now: NOW }).flags).toBe(
      COMPONENTS_V2,
    );
  });

  it("shows what users wrote as text", () => {
    const card = claimCard(
      claimStatus({ title: "# [x](y) <@1>", campaignName: "@everyone", affiliateName: "**b**" }),
      { operator: true, ephemeral: true, now: NOW },
    );
    expect(textOf(card)).toContain("**\\# \\[x\\]\\(y\\) \\<@1\\>**");
    expect(textOf(card)).not.toContain("@everyone");
    expect(textOf(card)).toContain("\\*\\*b\\*\\*");
  });
});

describe("channelClaimCard", () => {
  it("tells everybody who, where and how it stands, and no more", () => {
    const claim = claimStatus({
      affiliateName: "_Ada_",
      state: "final",
      status: "MATCHED",
      reasons: ["You claimed 12,000 views."],
      flags: ["metric_fell"],
    });
    const card = channelClaimCard(claim);
    expect(textOf(card)).toBe("✅ **Matched**\n**A review**\n-# \\_Ada\\_ · YouTube");
    expect(buttonsOf(card)).toEqual(["Open post → https://www.youtube.com/watch?v=dQw4w9WgXcQ"]);
    expect(card.flags).toBe(COMPONENTS_V2);
  });

  it("is no louder of a claim below the truth than of any other", () => {
    const below = channelClaimCard(claimStatus({ state: "final", status: "DISCREPANCY_HIGH", truth: under }));
    expect(textOf(below)).toContain("🔵 **Far below what YouTube shows**");
    expect(colourOf(below)).toBe(TONES.neutral);
  });
});
