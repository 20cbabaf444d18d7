import { describe, expect, it } from "vitest";
import { PLATFORMS } from "../../src/platforms/lookup.ts";
import { identifyPost, recogniseLink } from "../../src/platforms/recognise-link.ts";
import { ADAPTERS } from "../../src/platforms/registry.ts";

// Which spellings each platform has is the table of post-urls.test.ts.
const POSTS: [platform: string, text: string, externalId: string][] = [
  ["youtube", "https://youtu.be/dQw4w9WgXcQ?si=x", "dQw4w9WgXcQ"],
  ["x", "https://twitter.com/jack/status/1346889436626259968?s=20", "1346889436626259968"],
  ["reddit", "https://redd.it/1skjxta", "1skjxta"],
  ["instagram", "https://www.instagram.com/reel/DAbCdEf_-12/?igsh=x", "DAbCdEf_-12"],
  ["meta", "https://m.facebook.com/story.php?story_fbid=12345678901&id=1", "12345678901"],
  ["tiktok", "https://www.tiktok.com/@a/photo/6718335390845095173", "6718335390845095173"],
  [
    "linkedin",
    "https://de.linkedin.com/posts/a_b-share-7265012345678901234-aB3d",
    "urn:li:share:7265012345678901234",
  ],
];

const SHARE_LINKS = [
  "https://www.reddit.com/r/redditdev/s/AbCdEf1234",
  "https://www.instagram.com/share/reel/BAbCdE",
  "https://fb.watch/aBcDeF12/",
  "https://vm.tiktok.com/ZMabcdef1/",
  "https://lnkd.in/eAbCdEf1",
  "https://t.co/AbCdEf1234",
];

describe("a pasted address", () => {
  it.each(POSTS)("of %s is a post: %s", (platform, text, externalId) => {
    expect(recogniseLink(text)).toEqual({
      kind: "post",
      identity: { platform, externalId, canonicalUrl: expect.stringMatching(/^https:\/\//) },
    });
  });

  it("is a post of every platform there is", () => {
    expect(POSTS.map(([platform]) => platform).sort()).toEqual([...PLATFORMS].sort());
  });

  it.each(POSTS)(
    "of %s is claimed by no other platform, and its canonical address by the same",
    (platform, text) => {
      const recognised = recogniseLink(text);
      if (recognised.kind !== "post") throw new Error(`${text} is no post`);
      const canonical = new URL(recognised.identity.canonicalUrl);
      expect(identifyPost(canonical)).toEqual(recognised.identity);
      const claiming = ADAPTERS.filter((adapter) => adapter.identify(canonical) !== null);
      expect(claiming.map((adapter) => adapter.platform)).toEqual([platform]);
    },
  );

  it.each(SHARE_LINKS)("is a share link: %s", (text) => {
    expect(recogniseLink(text)).toEqual({ kind: "share_link", url: new URL(text) });
  });

  it("is refused with what is wrong with it", () => {
    expect(recogniseLink("https://youtu.be:8443/dQw4w9WgXcQ")).toEqual({
      kind: "refused",
      reason: "An address with a port number is not accepted.",
    });
  });

  it("is to be opened if a shortener made it that leads anywhere", () => {
    expect(recogniseLink("https://bit.ly/AbCdEf")).toEqual({
      kind: "refused",
      reason: "bit.ly is a short link. Open it and paste the address of the post it leads to.",
    });
  });

  it("is told which platforms there are if it is of none", () => {
    const refused = recogniseLink("https://example.com/a");
    for (const { displayName } of ADAPTERS) {
      expect(refused).toEqual({ kind: "refused", reason: expect.stringContaining(displayName) });
    }
  });
});
