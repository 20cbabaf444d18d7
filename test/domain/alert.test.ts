import { describe, expect, it } from "vitest";
import { alertDraft } from "../../src/domain/alert.ts";

describe("the draft of an alert", () => {
  const about = {
    cause: "contested:pst_1",
    category: "FRAUD",
    severity: "MEDIUM",
    title: "Two affiliates claim one post",
    message: "aff_1 and aff_2 claim it.",
  } as const;

  it("is about nobody and nothing but what is named", () => {
    expect(alertDraft({ ...about, postId: "pst_1" })).toEqual({
      ...about,
      advertiserId: null,
      campaignId: null,
      affiliateId: null,
      postId: "pst_1",
      reportId: null,
      platform: null,
      times: 1,
    });
  });
});
