import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PLATFORMS } from "../../src/domain/platform.ts";
import { ADAPTERS, identifyPost } from "../../src/platforms/registry.ts";

const VIDEO = "dQw4w9WgXcQ";
const POST = "1346889436626259968";

const VIDEO_SPELLINGS = [
  `https://www.youtube.com/watch?v=${VIDEO}`,
  `http://www.youtube.com/watch?v=${VIDEO}`,
  `https://youtube.com/watch?v=${VIDEO}`,
  `https://m.youtube.com/watch?v=${VIDEO}`,
  `https://music.youtube.com/watch?v=${VIDEO}&list=RDAMVM${VIDEO}`,
  `https://gaming.youtube.com/watch?v=${VIDEO}`,
  `www.youtube.com/watch?v=${VIDEO}`,
  `youtube.com/watch?v=${VIDEO}`,
  `https://www.youtube.com/watch?v=${VIDEO}&t=42s`,
  `https://www.youtube.com/watch?list=PL0123456789&index=3&v=${VIDEO}`,
  `https://www.youtube.com/watch?app=desktop&v=${VIDEO}&feature=youtu.be`,
  `https://www.youtube.com/watch?v=${VIDEO}&pp=ygUEcmljaw%3D%3D`,
  `https://www.youtube.com/watch?v=${VIDEO}&utm_source=discord&ab_channel=Rick`,
  `https://www.youtube.com/watch?v=${VIDEO}&v=AAAAAAAAAAA`,
  `https://www.youtube.com/watch?v=${VIDEO}#t=10`,
  `https://www.youtube.com/watch/?v=${VIDEO}`,
  `https://www.youtube.com//watch?v=${VIDEO}`,
  `HTTPS://WWW.YOUTUBE.COM/watch?v=${VIDEO}`,
  `https://www.youtube.com./watch?v=${VIDEO}`,
  `https://www.youtube.com:443/watch?v=${VIDEO}`,
  "https://www.youtube.com/watch?v=dQw4w9WgXc%51",
  `https://www.youtube.com/%77atch?v=${VIDEO}`,
  `https://you\u200Btube.com/watch?v=${VIDEO}`,
  "https://youtube.com/watch?v=dQw4w9\u200BWgXcQ",
  `  https://www.youtube.com/watch?v=${VIDEO}\n`,
  `https://youtu.be/${VIDEO}`,
  `https://youtu.be/${VIDEO}/`,
  `https://youtu.be/${VIDEO}?si=AbCdEf123456`,
  `https://youtu.be/${VIDEO}?t=42&list=PL0123456789`,
  `youtu.be/${VIDEO}`,
  `http://youtu.be/${VIDEO}`,
  `https://www.youtu.be/${VIDEO}`,
  `https://www.youtube.com/shorts/${VIDEO}`,
  `https://youtube.com/shorts/${VIDEO}?feature=share`,
  `https://m.youtube.com/shorts/${VIDEO}/`,
  "https://www.youtube.com/shorts/dQw4w9WgXc%51",
  `https://www.youtube.com/live/${VIDEO}?si=x`,
  `https://www.youtube.com/embed/${VIDEO}`,
  `https://www.youtube.com/embed/${VIDEO}?autoplay=1`,
  `https://www.youtube.com/v/${VIDEO}?version=3`,
  `https://www.youtube.com/e/${VIDEO}`,
  `https://www.youtube-nocookie.com/embed/${VIDEO}?rel=0`,
  `https://youtube-nocookie.com/embed/${VIDEO}`,
  `https://www.youtube.com/attribution_link?a=abc&u=%2Fwatch%3Fv%3D${VIDEO}%26feature%3Dshare`,
  `https://www.youtube.com/attribution_link?u=https%3A%2F%2Fwww.youtube.com%2Fshorts%2F${VIDEO}`,
];

const POST_SPELLINGS = [
  `https://x.com/jack/status/${POST}`,
  `http://x.com/jack/status/${POST}`,
  `x.com/jack/status/${POST}`,
  `https://www.x.com/jack/status/${POST}`,
  `https://mobile.x.com/jack/status/${POST}`,
  `https://m.x.com/jack/status/${POST}`,
  `https://twitter.com/jack/status/${POST}`,
  `https://www.twitter.com/jack/status/${POST}`,
  `https://mobile.twitter.com/jack/status/${POST}?s=20`,
  `https://m.twitter.com/jack/status/${POST}`,
  `https://twitter.com/jack/statuses/${POST}`,
  `https://twitter.com/statuses/${POST}`,
  `https://x.com/i/status/${POST}`,
  `https://x.com/i/web/status/${POST}`,
  `https://twitter.com/i/web/status/${POST}`,
  `https://x.com/jack/status/${POST}/`,
  `https://x.com/jack/status/${POST}/photo/1`,
  `https://x.com/jack/status/${POST}/photo/4/`,
  `https://x.com/jack/status/${POST}/video/1`,
  `https://x.com/jack/status/${POST}/analytics`,
  `https://x.com/jack/status/${POST}/quotes`,
  `https://x.com/jack/status/${POST}?s=46&t=AbCdEf`,
  `https://twitter.com/jack/status/${POST}?ref_src=twsrc%5Etfw`,
  `https://x.com/jack/status/${POST}#m`,
  `https://X.COM/Jack_123/status/${POST}`,
  `https://x.com./jack/status/${POST}`,
  `https://x.com:443/jack/status/${POST}`,
  `https://x.com//jack//status/${POST}`,
  `https://x.com/jack/status/%31346889436626259968`,
  `twitter.com/jack/status/${POST}`,
  `\u200Bhttps://x.com/jack/status/${POST}`,
];

const REFUSED: [text: string, why: string][] = [
  [`https://www.youtube.com/watch?v=${VIDEO}x`, "an id of twelve characters"],
  ["https://www.youtube.com/watch?v=dQw4w9WgXc", "an id of ten"],
  ["https://www.youtube.com/watch?v=dQw4w9WgXc!", "a character ids do not have"],
  [`https://www.youtube.com/watch?v=short&v=${VIDEO}`, "only the first v counts"],
  ["https://www.youtube.com/watch", "no v"],
  ["https://www.youtube.com/watch?v=", "an empty v"],
  [`https://www.youtube.com/watch?V=${VIDEO}`, "not the parameter"],
  [`https://www.youtube.com/watch#v=${VIDEO}`, "an id in the fragment"],
  [`https://www.youtube.com/watch/extra?v=${VIDEO}`, "a path below watch"],
  ["https://www.youtube.com/clip/UgkxAbCdEfGhIjKlMnOpQrStUvWxYz", "a clip"],
  ["https://www.youtube.com/post/UgkxAbCdEfG", "a community post"],
  ["https://www.youtube.com/playlist?list=PL0123456789", "a playlist"],
  ["https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw", "a channel"],
  ["https://www.youtube.com/@rickastley", "a handle"],
  ["https://www.youtube.com/@rickastley/shorts", "a channel's tab"],
  ["https://www.youtube.com/c/rickastley", "a custom channel address"],
  ["https://www.youtube.com/user/dQw4w9WgXcQ", "a user whose name has eleven characters"],
  ["https://www.youtube.com/results?search_query=dQw4w9WgXcQ", "a search"],
  ["https://www.youtube.com/dQw4w9WgXcQ", "an id that follows nothing"],
  ["https://www.youtube.com/embed/videoseries?list=PL0123456789", "the player of a playlist"],
  ["https://www.youtube.com/embed/live_stream?channel=UCuAXFkgsw1L7xaCfnd5JJOw", "the player of a channel"],
  [`https://www.youtube.com/shorts/${VIDEO}/extra`, "a path below a Short"],
  [`https://www.youtube.com/shorts%2F${VIDEO}`, "an encoded slash"],
  [`https://www.youtube-nocookie.com/watch?v=${VIDEO}`, "the embedding host has no watch page"],
  [`https://youtu.be/a/${VIDEO}`, "a longer short link"],
  ["https://youtu.be/", "a short link without an id"],
  [`https://youtu.be/watch?v=${VIDEO}`, "a path the short host does not have"],
  [`https://youtube.com.evil.test/watch?v=${VIDEO}`, "the host as a subdomain"],
  [`https://evilyoutube.com/watch?v=${VIDEO}`, "the host as a suffix"],
  [`https://youtube.com@evil.test/watch?v=${VIDEO}`, "the host as a user name"],
  [`https://evil.test/watch?v=${VIDEO}`, "another host with the same path"],
  [`https://evil.test/https://www.youtube.com/watch?v=${VIDEO}`, "the address inside another"],
  [`https://evil.test/?u=https://youtu.be/${VIDEO}`, "the address as a parameter"],
  [`https://y\u043Eutube.com/watch?v=${VIDEO}`, "a Cyrillic letter"],
  [`https://www.youtube.co/watch?v=${VIDEO}`, "another top-level domain"],
  [`https://youtube.com../watch?v=${VIDEO}`, "two trailing dots"],
  [`https://www.youtube.com:8443/watch?v=${VIDEO}`, "another port"],
  [`ftp://www.youtube.com/watch?v=${VIDEO}`, "another scheme"],
  [`https://www.youtube.com\\watch?v=${VIDEO}`, "a backslash"],
  [
    `https://www.youtube.com/attribution_link?u=https%3A%2F%2Fevil.test%2Fwatch%3Fv%3D${VIDEO}`,
    "leads elsewhere",
  ],
  [
    `https://www.youtube.com/attribution_link?u=%2F%2Fevil.test%2Fwatch%3Fv%3D${VIDEO}`,
    "leads elsewhere, no scheme",
  ],
  ["https://www.youtube.com/attribution_link?u=%2Fattribution_link%3Fu%3D%252Fwatch", "leads to itself"],
  ["https://www.youtube.com/attribution_link", "leads nowhere"],
  ["https://x.com/jack", "a profile"],
  ["https://x.com/jack/status/", "no id"],
  ["https://x.com/jack/status/abc", "letters for an id"],
  ["https://x.com/jack/status/0", "zero"],
  [`https://x.com/jack/status/0${POST}`, "a leading zero would be a second identity"],
  [`https://x.com/jack/status/${POST}0`, "twenty digits"],
  [`https://x.com/jack/status/${POST}.`, "a full stop from the sentence around it"],
  [`https://x.com/jack/status/-${POST}`, "a negative number"],
  ["https://x.com/jack/status/\u0661\u0662\u0663", "digits of another script"],
  [`https://x.com/jack/status/${POST}/photo/0`, "photos count from one"],
  [`https://x.com/jack/status/${POST}/photo/1/2`, "below a photo"],
  [`https://x.com/jack/status/${POST}/garbage`, "a page a post does not have"],
  [`https://x.com/a/b/status/${POST}`, "two authors"],
  [`https://x.com/status/${POST}`, "no author"],
  [`https://x.com/ja-ck/status/${POST}`, "a name no author can have"],
  [`https://x.com/jack/lists/${POST}`, "a list"],
  [`https://x.com/i/spaces/${POST}`, "a space"],
  [`https://x.com/i/events/${POST}`, "an event"],
  [`https://x.com/search?q=/jack/status/${POST}`, "a search"],
  [`https://x.com/#!/jack/status/${POST}`, "an id in the fragment"],
  [`https://x.com.evil.test/jack/status/${POST}`, "the host as a subdomain"],
  [`https://netflix.com/jack/status/${POST}`, "a host that ends like it"],
  [`https://x.com@evil.test/jack/status/${POST}`, "the host as a user name"],
  [`https://fxtwitter.com/jack/status/${POST}`, "a mirror"],
  [`https://api.x.com/jack/status/${POST}`, "another host of the platform"],
  ["https://t.co/AbCdEf", "a short link"],
  ["https://www.tiktok.com/@a/video/7077642457847991554", "a platform that is not built"],
];

describe("the identity of a post", () => {
  it.each(VIDEO_SPELLINGS)("%j is the one video", (text) => {
    expect(identifyPost(text)).toEqual({
      ok: true,
      identity: {
        platform: "youtube",
        externalId: VIDEO,
        canonicalUrl: "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
      },
    });
  });

  it.each(POST_SPELLINGS)("%j is the one post of X", (text) => {
    expect(identifyPost(text)).toEqual({
      ok: true,
      identity: {
        platform: "x",
        externalId: POST,
        canonicalUrl: "https://x.com/i/status/1346889436626259968",
      },
    });
  });

  it.each(REFUSED)("%j is refused: %s", (text) => {
    expect(identifyPost(text)).toEqual({ ok: false, reason: expect.stringMatching(/^[A-Zt].{20,}\.$/) });
  });

  it("takes ids of one to nineteen digits on X", () => {
    for (const id of ["1", "9".repeat(19)]) {
      expect(identifyPost(`https://x.com/a/status/${id}`)).toMatchObject({
        ok: true,
        identity: { externalId: id },
      });
    }
  });

  it("tells the owner of a short link to open it", () => {
    expect(identifyPost("https://t.co/AbCdEf")).toEqual({
      ok: false,
      reason: "t.co is a short link. Open it and paste the address of the post it leads to.",
    });
  });

  it("names the platforms when the address is of none", () => {
    expect(identifyPost("https://example.com/a")).toEqual({
      ok: false,
      reason: expect.stringContaining("no post of YouTube or X"),
    });
  });

  it("is claimed by one platform at most", () => {
    for (const text of [...VIDEO_SPELLINGS, ...POST_SPELLINGS]) {
      const identity = identifyPost(text);
      if (!identity.ok) throw new Error(`${text} was refused`);
      const url = new URL(identity.identity.canonicalUrl);
      expect(PLATFORMS.filter((platform) => ADAPTERS[platform].identify(url) !== null)).toHaveLength(1);
    }
  });
});

describe("any text at all", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "https://",
      "youtube.com",
      "youtu.be",
      "x.com",
      "/",
      "watch?v=",
      "shorts/",
      "status/",
      "i/",
      "@",
      ":",
      "%",
      ".",
    ),
    fc.constantFrom(VIDEO, POST, "?u=", "attribution_link", "&v=", "#", "\\", "\u200B", "%2F", "0"),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.array(piece, { maxLength: 10 }).map((p) => p.join("")),
  );

  it("is identified or refused, never an exception, and its canonical address is the same post", () => {
    fc.assert(
      fc.property(text, (pasted) => {
        const identified = identifyPost(pasted);
        if (!identified.ok) expect(identified.reason).not.toBe("");
        else expect(identifyPost(identified.identity.canonicalUrl)).toEqual(identified);
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps its identity through the canonical address, for every id the platforms can make", () => {
    const videoId = fc
      .stringMatching(/^[0-9A-Za-z_-]{11}$/)
      .filter((id) => id !== "videoseries" && id !== "live_stream");
    const postId = fc.bigInt({ min: 1n, max: 9_999_999_999_999_999_999n }).map(String);
    fc.assert(
      fc.property(videoId, postId, (video, post) => {
        for (const address of [`youtu.be/${video}`, `twitter.com/a/status/${post}`]) {
          const identified = identifyPost(address);
          if (!identified.ok) throw new Error(`${address} was refused`);
          expect(identifyPost(identified.identity.canonicalUrl)).toEqual(identified);
        }
      }),
    );
  });
});
