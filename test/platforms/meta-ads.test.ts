import { describe, expect, it } from "vitest";
import { AD_CALLS_MAX, readPromotions } from "../../src/platforms/meta-ads.ts";
import { depsOf, NONSENSE } from "./canned.ts";
import { type Canned, graphError, graphOf } from "./graph-canned.ts";

const TOKEN = "system-user-token-0123456789";
const STORY = "100_1";
const OTHER = "100_2";
const PURCHASE = "offsite_conversion.fb_pixel_purchase";

function read(answer: (address: string) => Canned, accounts = "act_1", stories = [STORY, OTHER]) {
  const { fetch, asked } = graphOf(answer);
  const secrets = { META_ADS_TOKEN: TOKEN, META_AD_ACCOUNTS: accounts };
  return { asked, result: readPromotions(depsOf(fetch, { secrets }), new Set(stories)) };
}

const ad = (id: string, story?: string) => ({ id, creative: { id: "9", effective_object_story_id: story } });
const row = (ad_id: string, changes: Record<string, unknown> = {}) => ({
  ad_id,
  account_currency: "USD",
  spend: "234.56",
  actions: [
    { action_type: "link_click", value: "901" },
    { action_type: PURCHASE, value: "5" },
  ],
  ...changes,
});

/** One account with these ads and rows. */
function account(ads: unknown[], rows: unknown[]) {
  return (address: string): Canned => ({ body: { data: address.includes("/ads?") ? ads : rows } });
}

async function promotionOf(rows: unknown[]) {
  const ads = rows.map((_, n) => ad(String(n + 1), STORY));
  const result = await read(account(ads, rows)).result;
  if (result?.promotions.kind !== "read") throw new Error("unread");
  return result.promotions.byStory.get(STORY);
}

describe("promotions", () => {
  it("are found by the story an ad shows, and read from the rows of those ads", async () => {
    const ads = [ad("1", STORY), ad("2", "100_9"), ad("3"), { id: "4" }];
    const { asked, result } = read(account(ads, [row("1"), row("2"), row("99")]));
    expect(await result).toEqual({
      promotions: {
        kind: "read",
        byStory: new Map([[STORY, { conversions: 5, spend: { minor: 23_456, currency: "USD" } }]]),
      },
      calls: 2,
    });
    expect(asked.map(({ url }) => url.pathname)).toEqual(["/v25.0/act_1/ads", "/v25.0/act_1/insights"]);
    expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toEqual({
      fields: "id,creative{effective_object_story_id}",
      limit: "100",
    });
    expect(Object.fromEntries(asked[1]?.url.searchParams ?? [])).toEqual({
      level: "ad",
      fields: "ad_id,account_currency,spend,actions",
      date_preset: "maximum",
      filtering: '[{"field":"ad.id","operator":"IN","value":["1"]}]',
      limit: "100",
    });
    expect(asked.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(asked.some(({ url }) => url.href.includes(TOKEN))).toBe(false);
  });

  it("are not read without a token, an account or a post", async () => {
    const { fetch, asked } = graphOf(account([], []));
    const stories = new Set([STORY]);
    for (const secrets of [
      {},
      { META_ADS_TOKEN: TOKEN },
      { META_AD_ACCOUNTS: "act_1" },
      { META_ADS_TOKEN: TOKEN, META_AD_ACCOUNTS: " , " },
    ]) {
      expect(await readPromotions(depsOf(fetch, { secrets }), stories)).toBeNull();
    }
    const secrets = { META_ADS_TOKEN: TOKEN, META_AD_ACCOUNTS: "act_1" };
    expect(await readPromotions(depsOf(fetch, { secrets }), new Set())).toBeNull();
    expect(asked).toHaveLength(0);
  });

  it("of posts nobody promoted are none, and cost one call", async () => {
    const { result } = read(account([ad("2", "100_9")], [row("2")]));
    expect(await result).toEqual({ promotions: { kind: "read", byStory: new Map() }, calls: 1 });
  });

  it("add up over the ads and accounts of a post, each account once", async () => {
    const { asked, result } = read(
      (address) =>
        account([ad("1", STORY), ad("2", STORY)], [row("1"), row("2", { spend: "0.44" })])(address),
      "act_1, act_2,act_1",
    );
    const promotions = (await result)?.promotions;
    expect(promotions?.kind === "read" && promotions.byStory.get(STORY)).toEqual({
      conversions: 20,
      spend: { minor: 47_000, currency: "USD" },
    });
    expect(asked).toHaveLength(4);
  });

  it("have no row for an ad that was never shown, and then nothing is known", async () => {
    expect(await promotionOf([])).toBeUndefined();
  });
});

describe("conversions", () => {
  const actions = (...list: [string, unknown][]) =>
    row("1", { actions: list.map(([action_type, value]) => ({ action_type, value })) });

  it.each([
    [actions([PURCHASE, "5"]), 5, "of the pixel"],
    [actions([PURCHASE, "5"], ["purchase", "6"]), 6, "of the web and apps, the pixel's among them"],
    [
      actions(["purchase", "6"], ["omni_purchase", "8"], [PURCHASE, "5"]),
      8,
      "of all channels, never the sum",
    ],
    [actions([PURCHASE, "0"]), 0, "a zero that was sent"],
    [actions(["link_click", "3"]), null, "none among the actions is no zero"],
    [row("1", { actions: undefined }), null, "no actions are no zero"],
    [row("1", { actions: [] }), null, "nor is an empty list"],
    [actions([PURCHASE, 5]), null, "a number is not the vendor's text"],
    [actions([PURCHASE, "5.5"]), null, "half a purchase"],
    [actions([PURCHASE, "-5"]), null, "less than none"],
    [actions([PURCHASE, "1,234"]), null, "grouped"],
    [actions([PURCHASE, "5"], [PURCHASE, "5"]), null, "twice"],
    [row("1", { actions: 5 }), null, "no list"],
  ])("of %j are %s: %s", async (sent, conversions, _why) => {
    expect(await promotionOf([sent])).toMatchObject({ conversions, spend: { minor: 23_456 } });
  });

  it("of one ad stand beside another that has none, but not beside one that cannot be read", async () => {
    expect(await promotionOf([actions([PURCHASE, "5"]), row("2", { actions: [] })])).toMatchObject({
      conversions: 5,
    });
    expect(await promotionOf([actions([PURCHASE, "5"]), row("2", { actions: 5 })])).toMatchObject({
      conversions: null,
    });
  });
});

describe("spend", () => {
  it.each([
    [{ spend: "0" }, { minor: 0, currency: "USD" }],
    [{ spend: "0.29" }, { minor: 29, currency: "USD" }],
    [
      { spend: "1234", account_currency: "JPY" },
      { minor: 1_234, currency: "JPY" },
    ],
    [{ spend: 234.56 }, null],
    [{ spend: "234.567" }, null],
    [{ spend: undefined }, null],
    [{ account_currency: undefined }, null],
    [{ account_currency: "dollars" }, null],
  ])("of %j is %j", async (changes, spend) => {
    expect(await promotionOf([row("1", changes)])).toMatchObject({ conversions: 5, spend });
  });

  it("of two currencies is not added up, and neither is what is partly unknown", async () => {
    const euro = row("2", { account_currency: "EUR" });
    expect(await promotionOf([row("1"), euro])).toEqual({ conversions: 10, spend: null });
    expect(await promotionOf([row("1"), row("2", { spend: "much" })])).toEqual({
      conversions: 10,
      spend: null,
    });
  });
});

describe("ads that cannot be read", () => {
  it.each([
    [graphError(190, 463), "unauthorised, HTTP 400: code 190/463"],
    [graphError(80_000), "rate_limited, HTTP 400: code 80000"],
    [graphError(2), "outage, HTTP 400: code 2"],
    [graphError(200), "denied, HTTP 400: code 200"],
    [{ body: { data: "no" } }, "unreadable, a list without items"],
  ])("because of %j say so, without a token", async (canned, detail) => {
    const { result } = read(() => canned);
    expect(await result).toEqual({ promotions: { kind: "unread", detail }, calls: 1 });
  });

  it.each(NONSENSE)("because of %s say so", async (_why, fetch) => {
    const secrets = { META_ADS_TOKEN: TOKEN, META_AD_ACCOUNTS: "act_1" };
    const result = await readPromotions(depsOf(fetch, { secrets }), new Set([STORY]));
    expect(result?.promotions.kind).toBe("unread");
  });

  it("in one of two accounts leave all unknown: less would accuse", async () => {
    const first = account([ad("1", STORY)], [row("1")]);
    const { result } = read(
      (address) => (address.startsWith("act_2") ? graphError(2) : first(address)),
      "act_1,act_2",
    );
    expect((await result)?.promotions.kind).toBe("unread");
  });

  it("in their rows leave all unknown", async () => {
    const { result } = read((address) =>
      address.includes("/ads?") ? { body: { data: [ad("1", STORY)] } } : graphError(4),
    );
    expect((await result)?.promotions).toEqual({ kind: "unread", detail: "rate_limited, HTTP 400: code 4" });
  });

  it.each(["1", "act_x", "act_1/../me"])("because %j is no account are not asked for", async (id) => {
    const { asked, result } = read(account([], []), id);
    expect(await result).toEqual({
      promotions: { kind: "unread", detail: "not an ad account id" },
      calls: 0,
    });
    expect(asked).toHaveLength(0);
  });

  it("because there are too many cost no more calls than agreed", async () => {
    let n = 0;
    const { asked, result } = read(() => {
      n += 1;
      const paging = { cursors: { after: `c${n}` }, next: "n" };
      return { body: { data: [ad(String(n), STORY)], paging } };
    });
    expect(await result).toEqual({
      promotions: { kind: "unread", detail: "more ads than are read" },
      calls: AD_CALLS_MAX,
    });
    expect(asked).toHaveLength(AD_CALLS_MAX);
  });
});
