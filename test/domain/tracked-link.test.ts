import { describe, expect, it } from "vitest";
import {
  changeLinkParams,
  DEFAULT_LINK_PARAMS,
  destinationOf,
  type LinkParams,
  type LinkTarget,
  linkState,
  makeTrackedCode,
  parseTrackedCode,
  takenParams,
} from "../../src/domain/tracked-link.ts";

const NOW = Date.parse("2026-06-01T12:00:00.000Z");

const OPEN: LinkTarget = {
  code: "0k7m2q9x4a",
  campaignId: "cmp_1",
  affiliateId: "aff_1",
  subId: null,
  landingUrl: "https://shop.example/",
  params: DEFAULT_LINK_PARAMS,
  campaignStatus: "ACTIVE",
  startsAt: NOW,
  endsAt: null,
  affiliateSuspended: false,
};

describe("the code of a tracked link", () => {
  it("is made in the one way in which it is read", () => {
    for (let i = 0; i < 100; i++) {
      const code = makeTrackedCode((bytes) => crypto.getRandomValues(bytes));
      expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{10}$/);
      expect(parseTrackedCode(code)).toBe(code);
      expect(parseTrackedCode(code.toUpperCase())).toBe(code);
    }
  });

  it.each([
    { text: "", why: "nothing" },
    { text: "0k7m2q9x4", why: "nine characters" },
    { text: "0k7m2q9x4aa", why: "eleven" },
    { text: "0k7m2q9x4u", why: "a letter that no code has" },
    { text: "0k7m2q9x4\n", why: "a line break" },
    { text: "0k7m2q9x4a\n", why: "a line break behind it" },
    { text: " 0k7m2q9x4", why: "a blank" },
    { text: "0k7m2-9x4a", why: "a dash" },
    { text: "0k7m2q9x4a".repeat(10_000), why: "far too much" },
  ])("is none of: $why", ({ text }) => {
    expect(parseTrackedCode(text)).toBeNull();
  });
});

describe("the state of a link", () => {
  it.each([
    { with: {}, state: "open", why: "an active campaign, at the instant of its start" },
    { with: { startsAt: NOW + 1 }, state: "not_begun", why: "a millisecond before the start" },
    { with: { endsAt: NOW + 1 }, state: "open", why: "a millisecond before the end" },
    { with: { endsAt: NOW }, state: "ended", why: "the end itself" },
    { with: { campaignStatus: "PAUSED" }, state: "paused", why: "a paused campaign" },
    { with: { campaignStatus: "ENDED" }, state: "ended", why: "an ended campaign" },
    { with: { affiliateSuspended: true }, state: "paused", why: "a suspended affiliate" },
    { with: { landingUrl: null }, state: "no_destination", why: "no destination" },
    {
      with: { endsAt: NOW, campaignStatus: "PAUSED" },
      state: "ended",
      why: "an end is final, a pause is not",
    },
    {
      with: { startsAt: NOW + 1, campaignStatus: "PAUSED" },
      state: "paused",
      why: "a pause before the start",
    },
    {
      with: { startsAt: NOW + 1, landingUrl: null },
      state: "not_begun",
      why: "neither start nor destination",
    },
  ] as const)("is $state: $why", ({ with: change, state }) => {
    expect(linkState({ ...OPEN, ...change }, NOW)).toBe(state);
  });
});

describe("the destination of a link", () => {
  const at = (landingUrl: string | null, more: Partial<LinkTarget> = {}, clickId: string | null = "click") =>
    destinationOf({ ...OPEN, ...more, landingUrl }, clickId);

  it.each([
    { landing: "https://shop.example", leads: "https://shop.example/?affiliate_id=aff_1&click_id=click" },
    {
      landing: "https://shop.example/a?b=1&b=2&c=",
      leads: "https://shop.example/a?b=1&b=2&c=&affiliate_id=aff_1&click_id=click",
    },
    {
      landing: "https://shop.example/a?x=1#buy?now=1",
      leads: "https://shop.example/a?x=1&affiliate_id=aff_1&click_id=click#buy?now=1",
    },
    {
      landing: "https://b\u00fccher.example/caf\u00e9?q=\u00fc&r=a%20b%26c",
      leads: "https://xn--bcher-kva.example/caf%C3%A9?q=%C3%BC&r=a%20b%26c&affiliate_id=aff_1&click_id=click",
    },
    {
      landing: "https://shop.example/?click_id=old&x=1&click_id=older",
      leads: "https://shop.example/?x=1&affiliate_id=aff_1&click_id=click",
    },
    {
      landing: "https://shop.example/?next=https://evil.example/?click_id=no",
      leads: "https://shop.example/?next=https://evil.example/?click_id=no&affiliate_id=aff_1&click_id=click",
    },
  ])("of $landing is $leads", ({ landing, leads }) => {
    expect(at(landing)).toBe(leads);
  });

  it("tells the sub-id if there is one, whatever is in it", () => {
    const told = new URL(at("https://shop.example/", { subId: "a&b=c#\r\nX: y \u00fc" }) ?? "");
    expect(told.searchParams.get("sub_id")).toBe("a&b=c#\r\nX: y \u00fc");
    expect(told.href).not.toMatch(/[\r\n]/);
    expect([...told.searchParams.keys()]).toEqual(["affiliate_id", "sub_id", "click_id"]);
  });

  it("tells what the campaign has a name for, under that name", () => {
    const named = (params: Partial<LinkParams>) =>
      at("https://shop.example/?own=1", { subId: "s", params: { ...DEFAULT_LINK_PARAMS, ...params } });
    expect(named({ affiliate: "partner", sub_id: null, click_id: "cid" })).toBe(
      "https://shop.example/?own=1&partner=aff_1&cid=click",
    );
    expect(named({ affiliate: null, sub_id: null, click_id: null })).toBe("https://shop.example/?own=1");
  });

  it("is told no click where there is none, and is none without a landing URL", () => {
    expect(at("https://shop.example/?click_id=own", {}, null)).toBe(
      "https://shop.example/?click_id=own&affiliate_id=aff_1",
    );
    expect(at(null)).toBeNull();
  });
});

describe("a change of the names", () => {
  it("leaves what it does not name, and takes null for none", () => {
    expect(changeLinkParams(DEFAULT_LINK_PARAMS, {})).toEqual(DEFAULT_LINK_PARAMS);
    expect(
      changeLinkParams(DEFAULT_LINK_PARAMS, { click_id: null, sub_id: undefined, affiliate: "p" }),
    ).toEqual({
      click_id: null,
      affiliate: "p",
      sub_id: "sub_id",
    });
  });
});

describe("the landing URL's own parameters", () => {
  it("are kept as they are written, down to the byte", () => {
    const own = "flag&x=a%2Fb+c%20d&e=%E4&arr[]=1&sig=a%3d%3D&&y=";
    const target = { ...OPEN, landingUrl: `https://shop.example/?${own}#top` };
    expect(destinationOf(target, "click")).toBe(
      `https://shop.example/?${own}&affiliate_id=aff_1&click_id=click#top`,
    );
  });

  it.each([
    { url: "https://shop.example/?click_id=own", taken: ["click_id"] },
    { url: "https://shop.example/?a=1&sub%5Fid=2&affiliate_id", taken: ["affiliate", "sub_id"] },
    { url: "https://shop.example/?Click_id=own&x=click_id", taken: [] },
    { url: "https://shop.example/", taken: [] },
  ])("that stand where ours would: $taken of $url", ({ url, taken }) => {
    expect(takenParams(url, DEFAULT_LINK_PARAMS)).toEqual(taken);
  });
});
