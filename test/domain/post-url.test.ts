import { describe, expect, it } from "vitest";
import { MAX_URL_LENGTH, parsePostUrl, pathSegments } from "../../src/domain/post-url.ts";

function hrefOf(text: string): string | null {
  const parsed = parsePostUrl(text);
  return parsed.ok ? parsed.url.href : null;
}

function reasonOf(text: string): string {
  const parsed = parsePostUrl(text);
  return parsed.ok ? `accepted as ${parsed.url.href}` : parsed.reason;
}

describe("an address a creator pastes", () => {
  it.each([
    ["https://youtu.be/abc", "https://youtu.be/abc", "as it is"],
    ["http://youtu.be/abc", "https://youtu.be/abc", "http becomes https"],
    ["HTTPS://YouTu.BE/Abc", "https://youtu.be/Abc", "host in lower case, path as typed"],
    ["youtu.be/abc", "https://youtu.be/abc", "no scheme"],
    [
      "www.youtube.com/watch?v=a&u=https://x.com/",
      "https://www.youtube.com/watch?v=a&u=https://x.com/",
      "scheme inside",
    ],
    ["  https://x.com/a\n", "https://x.com/a", "surrounding white space"],
    ["https://you\u200Btube.com/a\uFEFF", "https://youtube.com/a", "zero-width characters"],
    ["https://youtube.com./watch", "https://youtube.com/watch", "one trailing dot"],
    ["https://x.com:443/a", "https://x.com/a", "the default port of https"],
    ["http://x.com:80/a", "https://x.com/a", "the default port of http"],
    ["https://youtub%65.com/a", "https://youtube.com/a", "a percent-encoded host"],
    [
      "https://ｙｏｕｔｕｂｅ.com/a",
      "https://youtube.com/a",
      "full-width letters, which browsers open as plain ones",
    ],
    ["https://x.com", "https://x.com/", "a host alone"],
  ])("%j is read as %s: %s", (text, href) => {
    expect(hrefOf(text)).toBe(href);
  });

  it.each([
    ["", "Paste the address"],
    [" \u200B ", "Paste the address"],
    ["https://x.com/a b", "spaces"],
    ["https://x.com/a\tb", "spaces"],
    ["https://x.com\\@evil.test", "spaces"],
    ["https://x.com/\u0000", "spaces"],
    ["ftp://x.com/a", "https://"],
    ["javascript://x.com/%0Aalert(1)", "https://"],
    ["javascript:alert(1)", "https://"],
    ["//x.com/a", "https://"],
    ["/x.com/a", "https://"],
    ["just words", "spaces"],
    ["localhost/a", "https://"],
    ["https://x.com@evil.test/", "user name"],
    ["https://user:secret@x.com/", "user name"],
    ["https://@x.com/", "user name"],
    ["mailto:me@x.com", "user name"],
    ["https://x.com:8443/a", "port"],
    ["http://x.com:443/a", "port"],
    ["https://x.com:99999/a", "not a valid"],
    ["https://", "not a valid"],
    ["https://x.com%00/", "not a valid"],
  ])("%j is refused with a reason that says %j", (text, words) => {
    expect(reasonOf(text)).toContain(words);
  });

  it("may have 2,048 characters and not one more", () => {
    const base = "https://x.com/";
    const longest = base + "a".repeat(MAX_URL_LENGTH - base.length);
    expect(hrefOf(longest)).toBe(longest);
    expect(reasonOf(`${longest}a`)).toContain("longer than 2048");
  });

  it("keeps the second of two trailing dots, so that such a host is no platform's", () => {
    const parsed = parsePostUrl("https://youtube.com../watch");
    expect(parsed.ok && parsed.url.hostname).toBe("youtube.com.");
  });

  it("is told from its look-alike by the parsed host", () => {
    const parsed = parsePostUrl("https://y\u043Eutube.com/watch");
    expect(parsed.ok && parsed.url.hostname).toBe("xn--yutube-wqf.com");
  });
});

describe("the segments of a path", () => {
  it.each([
    ["/a/b", ["a", "b"]],
    ["//a///b/", ["a", "b"]],
    ["/%61/b%2Dc", ["a", "b-c"]],
    ["/", []],
  ])("%s is %j", (path, segments) => {
    expect(pathSegments(new URL(`https://x.test${path}`))).toEqual(segments);
  });

  it.each(["/a%2Fb", "/%zz", "/%E0%A4%A"])("%s is refused", (path) => {
    expect(pathSegments(new URL(`https://x.test${path}`))).toBeNull();
  });
});
