import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alertCard, alertsCard } from "../../../src/discord/cards/alerts-card.ts";
import { channelAlerts } from "../../../src/discord/cards/channel-alerts.ts";
import { channelClaimCard } from "../../../src/discord/cards/channel-claim-card.ts";
import { claimCard } from "../../../src/discord/cards/claim-card.ts";
import { connectCard } from "../../../src/discord/cards/connect-card.ts";
import { clipLines, fitBlocks } from "../../../src/discord/cards/fit.ts";
import { greeting } from "../../../src/discord/cards/greeting.ts";
import { historyCard } from "../../../src/discord/cards/history-card.ts";
import { leaderboardCard } from "../../../src/discord/cards/leaderboard-card.ts";
import { button, container, message, row, text } from "../../../src/discord/cards/message.ts";
import { joinModal, reportModal, resolveModal } from "../../../src/discord/cards/modals.ts";
import { noticeCard } from "../../../src/discord/cards/notice-card.ts";
import { platformsCard } from "../../../src/discord/cards/platforms-card.ts";
import { receiptCard } from "../../../src/discord/cards/receipt-card.ts";
import { refusalCard } from "../../../src/discord/cards/refusal-card.ts";
import { standingCard } from "../../../src/discord/cards/standing-card.ts";
import { TONES, type Tone } from "../../../src/discord/cards/tones.ts";
import type { Message } from "../../../src/discord/wire.ts";
import type { BreakerPhase } from "../../../src/domain/breaker.ts";
import { ERROR_CODES } from "../../../src/domain/errors.ts";
import { LANES } from "../../../src/domain/lane.ts";
import { METRICS, type Metric } from "../../../src/domain/metrics.ts";
import { NOTICE_CODES } from "../../../src/domain/notices.ts";
import { SUSPICION_FLAGS } from "../../../src/domain/suspicion.ts";
import { TRUST_BUCKETS } from "../../../src/domain/trust.ts";
import { expectValidModal, faultsOf, textOf } from "./reading.ts";
import { anyAlert, anyClaim, anyFile, anyMetrics, anySubmission, NOW, nasty } from "./samples.ts";

const cursor = fc.option(nasty);
const tone = fc.constantFrom(...(Object.keys(TONES) as Tone[]));
const name = nasty;
const nameOrNull = fc.option(nasty);

const refusal = fc.record({
  code: fc.constantFrom(...ERROR_CODES),
  detail: nasty,
  errors: fc.array(fc.record({ pointer: nasty, detail: nasty }), { maxLength: 30 }),
  extensions: fc.dictionary(fc.constantFrom("submission_id", "other"), nasty),
});
const receipt = fc.record({
  submissionId: fc.constant("sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  reportId: fc.constant("rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  postId: fc.constant("pst_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  identity: fc.record({ platform: fc.constantFrom("youtube", "x"), externalId: nasty, canonicalUrl: nasty }),
  lane: fc.constantFrom(...LANES),
  suspicionFlags: fc.subarray([...SUSPICION_FLAGS]),
  contested: fc.boolean(),
  notices: fc.array(
    fc.record({
      code: fc.constantFrom(...NOTICE_CODES),
      metrics: fc.constant<Metric[]>([]),
      detail: nasty,
    }),
    { maxLength: 20 },
  ),
  submittedAt: fc.constant(NOW),
});
const leader = fc.record({
  rank: fc.integer({ min: 1, max: 2_000 }),
  name,
  posts: fc.nat(),
  views: fc.option(fc.nat()),
  own: fc.boolean(),
});
const platform = fc.record({
  name,
  enabled: fc.boolean(),
  configured: fc.boolean(),
  breaker: fc.option(fc.constantFrom<BreakerPhase[]>("closed", "open", "half_open")),
  held: fc.boolean(),
  lastSuccessAt: fc.option(fc.nat()),
});
const standing = fc.record({
  name,
  trust: fc.integer({ min: 0, max: 1_000_000 }),
  bucket: fc.constantFrom(...TRUST_BUCKETS),
  total: fc.nat(),
  accurate: fc.nat(),
  pending: fc.nat(),
  suspended: fc.boolean(),
});
const options = fc.record({ operator: fc.boolean(), ephemeral: fc.boolean(), now: fc.constant(NOW) });
const many = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 60 });

const address = fc
  .tuple(fc.webUrl(), fc.nat({ max: 3_000 }))
  .map(([url, length]) => `${url}${url.includes("?") ? "&" : "?"}state=${"a".repeat(length)}`);

const CARDS: Record<string, fc.Arbitrary<Message>> = {
  claim: fc.tuple(anyClaim, options).map(([claim, how]) => claimCard(claim, how)),
  "channel claim": anyClaim.map(channelClaimCard),
  receipt: fc
    .tuple(
      receipt,
      fc.record({
        campaignName: nameOrNull,
        claimed: anyMetrics,
        updated: fc.boolean(),
        files: fc.array(anyFile, { maxLength: 3 }),
        trackedLink: fc.option(fc.webUrl()),
      }),
    )
    .map(([submitted, extras]) => receiptCard(submitted, extras)),
  refusal: fc.tuple(refusal, nasty).map(([refused, requestId]) => refusalCard(refused, requestId)),
  notice: fc
    .record({ tone, title: nasty.filter((title) => !title.includes("```")), text: fc.lorem() })
    .map(noticeCard),
  history: fc.tuple(many(anySubmission), cursor).map(([rows, next]) => historyCard(rows, next)),
  standing: standing.map(standingCard),
  leaderboard: fc.record({ campaignName: name, rows: many(leader) }).map(leaderboardCard),
  alerts: fc
    .tuple(many(anyAlert), fc.record({ severity: fc.option(fc.constantFrom("HIGH", "?")), next: cursor }))
    .map(([rows, page]) => alertsCard(rows, page)),
  alert: fc.tuple(anyAlert, fc.boolean()).map(([alert, late]) => alertCard(alert, { late })),
  platforms: many(platform).map(platformsCard),
  connect: fc
    .record({
      platform: fc.constantFrom("tiktok", "unheard-of"),
      authorizationUrl: address,
      expiresAt: fc.nat(),
    })
    .map(connectCard),
  "channel alerts": many(anyAlert).map(channelAlerts),
  greeting: fc
    .tuple(fc.constantFrom("operators" as const, "campaign" as const), nameOrNull)
    .map(([channel, campaign]) => greeting(channel, campaign)),
};

describe("no input breaks what Discord takes", () => {
  it.each(Object.keys(CARDS))("of the %s card", (card) => {
    fc.assert(
      fc.property(CARDS[card] ?? fc.constant(message({ ephemeral: true, blocks: [] })), (made) => {
        expect(faultsOf(made)).toEqual([]);
      }),
    );
  });

  it("of the modals", () => {
    const campaigns = fc.array(fc.record({ id: fc.constant("cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"), name }), {
      maxLength: 40,
    });
    const metrics = fc.subarray([...METRICS], { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(nasty, campaigns, metrics, (url, open, asked) => {
        expectValidModal(
          reportModal({
            url,
            messageId: "1401234567890123456",
            authorId: "53908232506183680",
            campaigns: open,
            metrics: asked,
          }),
        );
        expectValidModal(joinModal({ name: url }));
        expectValidModal(resolveModal("alr_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"));
      }),
    );
  });
});

describe("fitting", () => {
  const lines = (length: number) => text("x".repeat(length));

  it("takes 4,000 characters and cuts at one more", () => {
    const exact = message({ ephemeral: true, blocks: [lines(1_000), container("good", lines(3_000))] });
    expect(textOf(exact)).not.toContain("…");
    const over = message({ ephemeral: true, blocks: [lines(1_000), container("good", lines(3_001))] });
    expect(textOf(over).endsWith("…")).toBe(true);
    expect(faultsOf(over)).toEqual([]);
  });

  it("takes 40 components and leaves out what comes after", () => {
    const forty = message({
      ephemeral: true,
      blocks: [container("good", ...Array.from({ length: 39 }, () => lines(1)))],
    });
    expect(textOf(forty).split("\n")).toHaveLength(39);
    const more = message({
      ephemeral: true,
      blocks: [container("good", ...Array.from({ length: 60 }, () => lines(1))), lines(1)],
    });
    expect(textOf(more).split("\n")).toHaveLength(39);
    expect(faultsOf(more)).toEqual([]);
  });

  it("leaves out a row whose buttons do not all fit, and a container that nothing fits into", () => {
    const buttons = row(button("primary", "a", "v1:a"), button("primary", "b", "v1:b"));
    const full = Array.from({ length: 37 }, () => text("x"));
    const kept = fitBlocks([container("good", ...full, buttons), container("bad", text("y"))]);
    expect(kept).toHaveLength(2);
    expect(faultsOf(message({ ephemeral: true, blocks: kept }))).toEqual([]);
    expect(JSON.stringify(kept)).not.toContain("v1:a");
  });

  it("takes five buttons beside each other, and none whose custom id is too long", () => {
    const press = (id: string) => button("secondary", "x", id);
    expect(row(...["a", "b", "c", "d", "e", "f"].map(press))?.components).toHaveLength(5);
    expect(press("x".repeat(100))).not.toBeNull();
    expect(press("x".repeat(101))).toBeNull();
    expect(row(press("x".repeat(101)))).toBeNull();
  });

  it.each([
    ["ab\ncd", 5, "ab\ncd", "what fits stays"],
    [`first\n${"x".repeat(20)}`, 20, "first\n…", "cut after a whole line"],
    [`\`\`\`\nrow\n${"x".repeat(20)}\n\`\`\``, 20, "```\nrow\n```\n…", "a code block is closed"],
    ["x".repeat(20), 10, `${"x".repeat(9)}…`, "a single line is cut within"],
  ])("cuts %j to %d: %j (%s)", (whole, max, cut) => {
    expect(clipLines(whole, max)).toBe(cut);
  });
});
