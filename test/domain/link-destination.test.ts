import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkDestination, withClickId } from "../../src/domain/link-destination.ts";
import { DEFAULT_LINK_PARAMS, destinationOf, type LinkTarget } from "../../src/domain/tracked-link.ts";

const TARGET: LinkTarget = {
  code: "0k7m2q9x4a",
  campaignId: "cmp_1",
  affiliateId: "aff_1",
  subId: null,
  landingUrl: "https://shop.example/",
  params: DEFAULT_LINK_PARAMS,
  campaignStatus: "ACTIVE",
  startsAt: 0,
  endsAt: null,
  affiliateSuspended: false,
};

const clickIds = fc.stringMatching(/^[\w-]{1,70}$/);
const names = fc.option(fc.stringMatching(/^[\w.~-]{1,5}$/));

describe("a destination in parts", () => {
  it("is put together to what destinationOf makes of the whole", () => {
    const targets = fc.record({
      query: fc.array(
        fc.tuple(fc.stringMatching(/^[\w.~-]{1,5}$/), fc.string({ maxLength: 5, unit: "grapheme" })),
      ),
      fragment: fc.string({ maxLength: 5 }),
      subId: fc.option(fc.string({ maxLength: 5, unit: "grapheme" })),
      params: fc.record({ click_id: names, affiliate: names, sub_id: names }),
    });
    fc.assert(
      fc.property(targets, clickIds, ({ query, fragment, subId, params }, clickId) => {
        const url = new URL(`https://shop.example/?${new URLSearchParams(query)}`);
        url.hash = fragment;
        const target = { ...TARGET, landingUrl: url.href, subId, params };
        const destination = linkDestination(target);
        if (destination === null) throw new Error("there is a landing URL");
        expect(withClickId(destination, clickId)).toBe(destinationOf(target, clickId));
        expect(withClickId(destination, null)).toBe(destinationOf(target, null));
      }),
    );
  });

  it.each(["a", "b", "ab", "https://shop.example/?a=a&click_id=b"])(
    "is not misled by a landing URL that contains %s",
    (text) => {
      const target = {
        ...TARGET,
        landingUrl: `https://shop.example/${encodeURIComponent(text)}?click_id=a&b=a#a`,
      };
      const destination = linkDestination(target);
      if (destination === null) throw new Error("there is a landing URL");
      expect(withClickId(destination, "x-_9")).toBe(destinationOf(target, "x-_9"));
    },
  );

  it("is none without a landing URL", () => {
    expect(linkDestination({ ...TARGET, landingUrl: null })).toBeNull();
  });
});
