import { describe, expect, it } from "vitest";
import { helpCard } from "../../../src/discord/cards/help-card.ts";
import { historyCard } from "../../../src/discord/cards/history-card.ts";
import { leaderboardCard } from "../../../src/discord/cards/leaderboard-card.ts";
import { noticeCard } from "../../../src/discord/cards/notice-card.ts";
import { receiptCard } from "../../../src/discord/cards/receipt-card.ts";
import { type Refusal, refusalCard } from "../../../src/discord/cards/refusal-card.ts";
import { standingCard } from "../../../src/discord/cards/standing-card.ts";
import { TONES } from "../../../src/discord/cards/tones.ts";
import { COMPONENTS_V2, EPHEMERAL } from "../../../src/discord/wire.ts";
import { ERROR_CODES } from "../../../src/domain/errors.ts";
import { metricsOf } from "../../../src/domain/metrics.ts";
import { type Notice, noticesOf } from "../../../src/domain/notices.ts";
import type { SubmittedPost } from "../../../src/services/submit-post.ts";
import { buttonsOf, colourOf, textOf } from "./reading.ts";
import { NOW, submissionRow } from "./samples.ts";

const submitted: SubmittedPost = {
  submissionId: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
  reportId: "rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
  postId: "pst_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
  identity: { platform: "youtube", externalId: "dQw4w9WgXcQ", canonicalUrl: "https://youtu.be/dQw4w9WgXcQ" },
  lane: "normal",
  suspicionFlags: [],
  contested: false,
  notices: [],
  submittedAt: NOW,
};

describe("receiptCard", () => {
  const extras = {
    campaignName: "Summer",
    claimed: metricsOf({ views: 12_000, clicks: 1 }),
    updated: false,
    files: [],
    trackedLink: null,
  };

  it("says what was taken, and that it is being checked", () => {
    const card = receiptCard(submitted, extras);
    expect(textOf(card)).toMatch(
      /^### ⏳ Received: being checked\nYou claim \*\*12,000 views\*\*, \*\*1 click\*\*\.\n-# YouTube · Summer\n/,
    );
    expect(buttonsOf(card)).toEqual([
      "Open post → https://youtu.be/dQw4w9WgXcQ",
      "Refresh → v1:status:sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    ]);
    expect(card.flags).toBe(COMPONENTS_V2 | EPHEMERAL);
  });

  it("tells new numbers from a new post, and leaves out a campaign it cannot name", () => {
    for (const campaignName of [null, ""]) {
      const text = textOf(receiptCard(submitted, { ...extras, campaignName, updated: true }));
      expect(text).toContain("New numbers received");
      expect(text).toContain("\n-# YouTube\n");
    }
  });

  it("shows the tracked link of a new post, where it leads anywhere", () => {
    const trackedLink = "https://claimcheck.example/go/7k2m9xq4rt";
    expect(textOf(receiptCard(submitted, { ...extras, trackedLink }))).toContain(
      `\n🔗 Share ${trackedLink} with the post: clicks on it and orders it brings count from now on.\n`,
    );
    expect(textOf(receiptCard(submitted, extras))).not.toContain("🔗");
  });

  it("asks for the platform's account in words for people, not for programs", () => {
    const [notice] = noticesOf({
      claimed: metricsOf({ views: 1 }),
      platform: "tiktok",
      platformName: "TikTok",
      supports: ["views"],
      sometimes: [],
      ownersOnly: true,
      connected: false,
    });
    if (!notice) throw new Error("nothing is noticed");
    const identity = { ...submitted.identity, platform: "tiktok" } as const;
    const text = textOf(receiptCard({ ...submitted, identity, notices: [notice] }, extras));
    expect(text).toContain("ℹ️ Connect your TikTok account: the claim waits for that, a week at most.");
    expect(text).not.toMatch(/POST|\/api\//);
  });

  it("says when the verdict comes: by itself, or once an account is connected", () => {
    const waiting: Notice = { code: "account_not_connected", metrics: [], detail: "Connect it." };
    expect(textOf(receiptCard(submitted, extras))).toContain("The verdict comes by itself.");
    const text = textOf(receiptCard({ ...submitted, notices: [waiting] }, extras));
    expect(text).toContain("The verdict comes once the account is connected (`/claim connect`).");
    expect(text).not.toContain("by itself");
  });

  it.each([
    [{}, "📎 a\\_b.png noted (PNG image, 12 KB)"],
    [{ size: 1_023 }, "noted (PNG image, 1023 bytes)"],
    [{ size: 1_024 }, "noted (PNG image, 1 KB)"],
    [{ size: 1_572_864, media_type: "video/mp4" }, "noted (MP4 video, 1.5 MB)"],
    [{ name: "a.pdf", media_type: "application/pdf" }, "📎 a.pdf noted (PDF, 12 KB)"],
    [{ name: "a.exe", media_type: null }, "📎 a.exe is no image, PDF or video"],
    [{ name: "a.m4a", media_type: "audio/mp4" }, "📎 a.m4a is no image, PDF or video"],
    [
      { media_type: null, unread: "expired" } as const,
      "📎 a\\_b.png could not be read; the claim was taken without it",
    ],
  ])("says what became of a file: %j", (changes, line) => {
    const file = {
      name: "a_b.png",
      size: 12_288,
      media_type: "image/png",
      declared_type: null,
      sha256: null,
      unread: null,
      ...changes,
    };
    expect(textOf(receiptCard(submitted, { ...extras, files: [file] }))).toContain(`${line}\n`);
  });

  it("passes on notices, flags and contest", () => {
    const detail = "YouTube never shows clicks: claims of that stay unverified.";
    const notices: Notice[] = [{ code: "metric_not_verifiable", metrics: ["clicks"], detail }];
    const text = textOf(
      receiptCard({ ...submitted, notices, suspicionFlags: ["high_ctr"], contested: true }, extras),
    );
    expect(text).toContain(detail);
    expect(text).toContain("many clicks for so few views");
    expect(text).toContain("**Contested:**");
  });
});

describe("refusalCard", () => {
  const refused = (changes: Partial<Refusal>) =>
    refusalCard(
      { code: "validation_failed", detail: "No.", errors: [], extensions: {}, ...changes },
      "req_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    );

  it("has a title of its own for every code", () => {
    const titles = ERROR_CODES.map((code) => textOf(refused({ code })).split("\n")[0]);
    for (const title of titles) expect(title).toMatch(/^### \S+ \S/);
    expect(new Set(titles).size).toBeGreaterThan(ERROR_CODES.length - 3);
  });

  it.each([
    ["#/url", "must not be empty", "- **url** must not be empty"],
    ["#/claimed_views", "must not be negative", "- **views** must not be negative"],
    ["#/campaign_id", "the campaign takes no posts.", "- The campaign takes no posts."],
    ["#/url", "vm.tiktok.com knows no such link.", "- vm.tiktok.com knows no such link."],
    ["#/proof", "The file is too large.", "- **proof**: The file is too large."],
    ["#/campaign_id", "is not open for submissions", "- **campaign** is not open for posts"],
    ["#/claimed_views", "Claim at least one metric.", "- **views**: Claim at least one number."],
    ["#/evidence/0/name", "is too long", "- **evidence** is too long"],
    ["#query/cursor", "is none", "- **cursor** is none"],
    ["#", "is odd", "- **what you sent** is odd"],
  ])("says %s as the option it is", (pointer, detail, line) => {
    expect(textOf(refused({ errors: [{ pointer, detail }] })).split("\n")).toContain(line);
  });

  it("says a thing once", () => {
    const text = textOf(refused({ errors: [{ pointer: "#/url", detail: "No." }] }));
    expect(text).toBe("### ✏️ Almost there\nNo.");
  });

  it("says of a link or a campaign as a whole what is wrong with it, in a sentence alone", () => {
    const host = "vm.tiktok.com knows no such link.";
    const link = refused({ detail: host, errors: [{ pointer: "#/url", detail: host }] });
    expect(textOf(link)).toBe(`### ✏️ Almost there\n${host}`);
    const closed = refused({
      code: "campaign_not_open",
      detail: "The campaign has ended.",
      errors: [{ pointer: "#/campaign_id", detail: "is not open for submissions" }],
    });
    expect(textOf(closed)).toBe("### 🚪 The campaign is not open\nThe campaign has ended.");
  });

  it.each([
    ["There is no such submission.", "There is no such post."],
    ["Submissions of YouTube posts are switched off.", "YouTube posts are switched off."],
    ["Claim at least one metric.", "Claim at least one number."],
  ])("says %s in the words of here", (detail, words) => {
    expect(textOf(refused({ detail }))).toContain(`\n${words}`);
  });

  it("shows the first submission of a duplicate", () => {
    const card = refused({ code: "duplicate_submission", extensions: { submission_id: "sub_1" } });
    expect(buttonsOf(card)).toEqual(["Show it → v1:status:sub_1"]);
  });

  it("says nothing of what broke on our side but the number to quote", () => {
    const text = textOf(refused({ code: "internal", detail: "SQLITE_ERROR secret" }));
    expect(text).toContain("`req_01KB3XPG5M8Q0V2W4Y6Z8A0C2E`");
    expect(text).not.toContain("SQLITE");
    expect(textOf(refused({ code: "conflict" }))).not.toContain("req_");
    const odd = { code: "internal", detail: "", errors: [], extensions: {} } as const;
    expect(textOf(refusalCard(odd, "a`b @everyone"))).toContain("`abeveryone`");
    expect(textOf(refusalCard(odd, ""))).not.toContain("`");
  });
});

describe("historyCard", () => {
  it("names each post, how it stands and what was claimed", () => {
    const titled = submissionRow({ title: "My *review*", state: "final", status: "MATCHED" });
    const text = textOf(historyCard([titled, submissionRow()], null));
    const about = "[YouTube](https://www.youtube.com/watch?v=dQw4w9WgXcQ) · <t:1780315200:R>";
    expect(text).toContain(`✅ **My \\*review\\***\n-# Matched · 12,000 views · ${about}`);
    expect(text).toContain("⏳ **YouTube video …9WgXcQ**\n-# Being checked");
  });

  it("tells a claim below the truth from one above it", () => {
    const symbolOf = (direction: "over" | "under" | null) => {
      const row = submissionRow({ state: "final", status: "DISCREPANCY_HIGH", direction });
      return textOf(historyCard([row], null))
        .split("\n")[1]
        ?.split(" ")[0];
    };
    expect([symbolOf("over"), symbolOf("under"), symbolOf(null)]).toEqual(["🔴", "🔵", "🟡"]);
  });

  it("does not call a metric 0 that was not claimed", () => {
    const text = textOf(historyCard([submissionRow({ claimed: "[null,7,null,null,null,null]" })], null));
    expect(text).toContain("7 clicks");
    expect(text).not.toContain("views");
  });

  it("counts what it has no room for, and leads to older ones", () => {
    const card = historyCard(
      Array.from({ length: 13 }, () => submissionRow()),
      "sub_last",
    );
    expect(textOf(card)).toContain("… and 3 more");
    expect(buttonsOf(card)).toEqual(["Older → v1:history:sub_last"]);
    expect(buttonsOf(historyCard([submissionRow()], null))).toEqual([]);
  });

  it("says how to begin where there is nothing", () => {
    expect(textOf(historyCard([], null))).toContain("`/claim submit`");
  });
});

describe("standingCard", () => {
  const standing = {
    name: "Ada",
    trust: 620_000,
    bucket: "normal",
    total: 42,
    accurate: 38,
    pending: 3,
    suspended: false,
  } as const;

  it("shows trust, accuracy and what is pending", () => {
    const text = textOf(standingCard(standing));
    expect(text).toContain("**Trust** 0.62\n🟩🟩🟩🟩🟩🟩⬜⬜⬜⬜\n-# Normal");
    expect(text).toContain("**38** of 42 reports matched (90%)");
    expect(text).toContain("**3** being checked");
  });

  it.each([
    [80, "✅", TONES.good],
    [79, "🟡", TONES.warn],
    [50, "🟡", TONES.warn],
    [49, "🟠", TONES.warn],
    [0, "🟠", TONES.warn],
  ])("shows of %d matches in a hundred how good that is", (accurate, symbol, tone) => {
    const card = standingCard({ ...standing, total: 100, accurate });
    expect(textOf(card)).toContain(`${symbol} **${accurate}** of 100 reports matched (${accurate}%)`);
    expect(colourOf(card)).toBe(tone);
    expect(colourOf(standingCard({ ...standing, total: 100, accurate, bucket: "critical" }))).toBe(TONES.bad);
  });

  it("gives no accuracy before the first verdict", () => {
    const text = textOf(standingCard({ ...standing, total: 0, accurate: 0, pending: 0 }));
    expect(text).toContain("No verdicts yet\nNothing is being checked");
    expect(text).not.toContain("NaN");
  });

  it("says that an account is suspended", () => {
    const card = standingCard({ ...standing, suspended: true });
    expect(textOf(card)).toContain("Your account is suspended");
    expect(colourOf(card)).toBe(TONES.bad);
  });
});

describe("leaderboardCard", () => {
  it("ranks by medal or number, marks whoever asks, and knows what it does not know", () => {
    const row = { rank: 1, name: "Ada", posts: 2, views: 1_204_551, own: false };
    const rows = [row, { ...row, rank: 4, name: "B*", posts: 1, views: null, own: true }];
    const text = textOf(leaderboardCard({ campaignName: "Summer", rows }));
    expect(text).toContain("### 🏆 Summer\n🥇 Ada · 1,204,551 views · 2 posts\n");
    expect(text).toContain("**4\\.** **B\\* (you)** · views unknown · 1 post");
    const unseen = [{ ...row, posts: 0, views: null }];
    expect(textOf(leaderboardCard({ campaignName: "Summer", rows: unseen }))).toContain(
      "🥇 Ada · not measured yet\n",
    );
  });

  it("counts those it has no room for, however few they are", () => {
    const rows = Array.from({ length: 25 }, (_, i) => ({
      rank: i + 1,
      name: "*".repeat(80),
      posts: 1,
      views: 1,
      own: false,
    }));
    const text = textOf(leaderboardCard({ campaignName: "Summer", rows }));
    const shown = text.split("\n").filter((line) => line.includes("1 view ")).length;
    expect(shown).toBeGreaterThan(10);
    expect(text).toContain(`-# … and ${25 - shown} more\n-# Views as the platforms show them`);
  });

  it("invites where nobody is yet", () => {
    expect(textOf(leaderboardCard({ campaignName: "Summer", rows: [] }))).toContain("Be the first");
  });
});

describe("helpCard", () => {
  it.each([
    [{ linked: false, operator: false, selfSignup: true }, ["/link", "/register"], ["/desk"]],
    [{ linked: false, operator: false, selfSignup: false }, ["/link"], ["/register", "/desk"]],
    [{ linked: true, operator: false, selfSignup: true }, ["/claim submit"], ["/link", "/register"]],
    [{ linked: true, operator: true, selfSignup: false }, ["/desk alerts"], ["/register"]],
  ])("of %j names what helps", (whom, named, unnamed) => {
    const text = textOf(helpCard(whom));
    for (const command of named) expect(text).toContain(`\`${command}`);
    for (const command of unnamed) expect(text).not.toContain(`\`${command}`);
  });

  it("begins with the desk for an operator, to whom being an affiliate is a possibility", () => {
    const text = textOf(helpCard({ linked: false, operator: true, selfSignup: true }));
    expect(text).not.toContain("First:");
    const places = ["/desk alerts", "To report posts yourself", "/link", "/register", "/claim submit"];
    const at = places.map((words) => text.indexOf(words));
    expect(at).not.toContain(-1);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });
});

describe("noticeCard", () => {
  it("is for whoever asked unless it is told otherwise", () => {
    const notice = { tone: "good", title: "Linked", text: "You are **Ada** now." } as const;
    expect(textOf(noticeCard(notice))).toBe("### Linked\nYou are **Ada** now.");
    expect(noticeCard(notice).flags).toBe(COMPONENTS_V2 | EPHEMERAL);
    expect(noticeCard({ ...notice, ephemeral: false }).flags).toBe(COMPONENTS_V2);
  });
});
