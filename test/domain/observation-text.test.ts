import { describe, expect, it } from "vitest";
import { UNKNOWN_METRICS } from "../../src/domain/metrics.ts";
import { observationOfTexts } from "../../src/domain/observation-text.ts";

const AT = { submission_id: "sub_1", observed_at: "2026-06-01T12:00:00Z" };

describe("a row of observations", () => {
  it("has the numbers it names; an empty cell is unknown, and 0 is a number", () => {
    expect(observationOfTexts({ ...AT, views: "0", clicks: "120", conversions: "", note: "GA4" })).toEqual({
      submissionId: "sub_1",
      url: null,
      observedAt: Date.parse(AT.observed_at),
      metrics: { ...UNKNOWN_METRICS, views: 0, clicks: 120 },
      note: "GA4",
    });
  });

  it("takes counts up to 2^53 - 1", () => {
    const entry = observationOfTexts({ ...AT, views: "9007199254740991" });
    expect(entry).toMatchObject({ metrics: { views: 2 ** 53 - 1 } });
    expect(observationOfTexts({ ...AT, views: "9007199254740992" })).toMatchObject({ pointer: "#/views" });
  });

  it.each([
    { why: "separators", texts: { clicks: "1,200" }, pointer: "#/clicks" },
    { why: "a sign", texts: { clicks: "-1" }, pointer: "#/clicks" },
    { why: "decimals", texts: { clicks: "1.0" }, pointer: "#/clicks" },
    { why: "an exponent", texts: { clicks: "1e3" }, pointer: "#/clicks" },
    { why: "a day", texts: { observed_at: "2026-06-01" }, pointer: "#/observed_at" },
    { why: "no instant", texts: { observed_at: "" }, pointer: "#/observed_at" },
    { why: "a long note", texts: { note: "a".repeat(501) }, pointer: "#/note" },
    { why: "a control character", texts: { note: "a\u0000b" }, pointer: "#/note" },
  ])("is refused at $pointer: $why", ({ texts, pointer }) => {
    expect(observationOfTexts({ ...AT, ...texts })).toMatchObject({ pointer });
  });
});
