import { describe, expect, it } from "vitest";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import { envelopeErrors, POSTBACK_LIMIT, parsePostback } from "../../src/domain/postback.ts";

const CAMPAIGN = `cmp_${"0".repeat(26)}`;
const SIGNATURE = "ab".repeat(32);
const BASE = `campaign_id=${CAMPAIGN}&order_id=A-1&ts=1790856000`;

/** What a query is refused with, by pointer. */
function refusalOf(query: string): Record<string, string> {
  try {
    parsePostback(query);
  } catch (error) {
    if (!(error instanceof ClaimcheckError)) throw error;
    expect(error.code).toBe("validation_failed");
    return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
  }
  throw new Error("it was not refused");
}

describe("the query of a postback", () => {
  it("is taken apart, with what was signed exactly as it was sent", () => {
    const query = `order_id=A%2D1+b&campaign_id=${CAMPAIGN}&ts=1790856000&click_id=&sig=${SIGNATURE}`;
    const postback = parsePostback(query);
    expect(postback).toMatchObject({
      campaignId: CAMPAIGN,
      signed: `order_id=A%2D1+b&campaign_id=${CAMPAIGN}&ts=1790856000&click_id=`,
      signature: SIGNATURE,
      sentAt: "1790856000",
      test: null,
    });
    expect(postback.texts).toMatchObject({ order_id: "A-1 b", click_id: "", value: "" });
  });

  it.each([
    { end: "", why: "there is none" },
    { end: `&sig=${SIGNATURE}&test=1`, why: "it is not the last parameter" },
    { end: `&sig=${SIGNATURE.slice(2)}`, why: "it is too short" },
    { end: `&sig=${SIGNATURE}00`, why: "it is too long" },
    { end: `&sig=${"g".repeat(64)}`, why: "it is not hex" },
  ])("has no signature if $why", ({ end }) => {
    expect(parsePostback(`${BASE}${end}`).signature).toBeNull();
  });

  it("may have its signature in capitals", () => {
    expect(parsePostback(`${BASE}&sig=${SIGNATURE.toUpperCase()}`).signature).toBe(SIGNATURE);
  });

  it.each([
    { more: "&order_id=B", pointer: "#query/order_id", detail: "is given twice" },
    { more: `&sig=${SIGNATURE}&sig=${SIGNATURE}`, pointer: "#query/sig", detail: "is given twice" },
    { more: "&amount=1", pointer: "#query/amount", detail: "is not a known field" },
    { more: "&", pointer: "#query/", detail: "is not a known field" },
    { more: "&a/b~c=1", pointer: "#query/a~1b~0c", detail: "is not a known field" },
    {
      more: "&value=%zz",
      pointer: "#query/value",
      detail: "has an escape that is not UTF-8, percent-encoded",
    },
    { more: "&code=%ff", pointer: "#query/code", detail: "has an escape that is not UTF-8, percent-encoded" },
    { more: "&code=a%00b", pointer: "#query/code", detail: "must not contain control characters" },
    { more: "&code=a%0d%0ab", pointer: "#query/code", detail: "must not contain control characters" },
  ])("is refused at $pointer: $detail ($more)", ({ more, pointer, detail }) => {
    expect(refusalOf(`${BASE}${more}`)).toEqual({ [pointer]: detail });
  });

  it("is refused without a campaign, and with what is none", () => {
    const detail = "must be the id of a campaign";
    expect(refusalOf("order_id=A")).toEqual({ "#query/campaign_id": detail });
    expect(refusalOf("campaign_id=cmp_1&order_id=A")).toEqual({ "#query/campaign_id": detail });
  });

  it("may be 4,096 characters long and not one more", () => {
    const padding = (length: number) => `${BASE}&code=${"a".repeat(length - BASE.length - 6)}`;
    expect(parsePostback(padding(POSTBACK_LIMIT)).campaignId).toBe(CAMPAIGN);
    expect(refusalOf(padding(POSTBACK_LIMIT + 1))).toEqual({ "#query": "must be at most 4096 characters" });
  });

  it.each([
    { query: BASE, pointers: [] },
    { query: `${BASE}&test=1`, pointers: [] },
    { query: `${BASE}&test=true`, pointers: ["#query/test"] },
    { query: `${BASE}&test=`, pointers: ["#query/test"] },
    { query: BASE.replace("1790856000", "1790856000000"), pointers: ["#query/ts"] },
    { query: BASE.replace("1790856000", "-1"), pointers: ["#query/ts"] },
    { query: BASE.replace("1790856000", "1e9"), pointers: ["#query/ts"] },
    { query: `campaign_id=${CAMPAIGN}&test=0`, pointers: ["#query/ts", "#query/test"] },
  ])("says when it was signed and whether it is a test: $query", ({ query, pointers }) => {
    expect(envelopeErrors(parsePostback(query)).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});
