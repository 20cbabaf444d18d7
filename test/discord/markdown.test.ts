import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, escapeMarkdown, linkableUrl, maskedLink, plainText } from "../../src/discord/markdown.ts";
import { nasty } from "./cards/samples.ts";

/** A backslash before anything but a letter, a digit or a blank shows that character alone. */
const ESCAPE = /\\([^0-9A-Za-z\s])/g;
const asShown = (text: string) => text.replace(ESCAPE, "$1").replaceAll("@\u200b", "@");

describe("escapeMarkdown", () => {
  it.each([
    ["**bold** _it_ ~~s~~ ||x||", "\\*\\*bold\\*\\* \\_it\\_ \\~\\~s\\~\\~ \\|\\|x\\|\\|"],
    ["# big", "\\# big"],
    ["> quote", "\\> quote"],
    ["- item", "\\- item"],
    ["a - b", "a - b"],
    ["1. first", "1\\. first"],
    ["version 1.2", "version 1.2"],
    ["`code`", "\\`code\\`"],
    ["[x](https://evil.example)", "\\[x\\]\\(https\\://evil.example\\)"],
    ["<@123> <#1> <t:1:R> </claim:1>", "\\<@123\\> \\<\\#1\\> \\<t:1:R\\> \\</claim:1\\>"],
    ["back\\slash", "back\\\\slash"],
    ["@everyone @HERE @ada", "@\u200beveryone @\u200bHERE @ada"],
    ["steam://run/1", "steam\\://run/1"],
  ])("shows %j as it was written", (written, escaped) => {
    expect(escapeMarkdown(written)).toBe(escaped);
  });

  it("folds lines into one, and keeps them where it is told to", () => {
    expect(escapeMarkdown("a\r\n\n- b\u2028c")).toBe("a - b c");
    expect(escapeMarkdown("a\r\n\n- b\u2028c", { lines: true })).toBe("a\n\\- b\nc");
  });

  it("cuts before it escapes, so that no escape is cut", () => {
    expect(escapeMarkdown("a****", { max: 3 })).toBe("a\\*…");
  });

  it("leaves nothing of foreign text that Discord reads as more than text", () => {
    fc.assert(
      fc.property(nasty, fc.boolean(), (text, lines) => {
        const escaped = escapeMarkdown(text, { lines });
        expect(asShown(escaped)).toBe(plainText(text, { lines }));
        const bare = escaped.replace(ESCAPE, "¤");
        expect(bare).not.toMatch(/[*_~|>#[\]()`<]|:\/\/|@(everyone|here)/i);
        expect(escaped).not.toMatch(/^(-|\d+\.)/m);
      }),
    );
  });
});

describe("plainText", () => {
  it.each([
    ["a\u202eb\u2066c\u200e", "abc", "bidi controls"],
    ["a\u200bb\u2060c\ufeffd\u00ade", "abcde", "zero-width characters"],
    ["a\u0000b\u001bc\u009f", "abc", "controls"],
    ["a\u{e0041}b", "ab", "tags"],
    ["a\ud83db", "ab", "half a surrogate pair"],
    ["a\u3164b\u2800", "ab", "letters that show nothing"],
    ["a\u200db", "ab", "a joiner between letters"],
    ["👩\u200d💻 ❤\ufe0f\u200d🔥 👍🏽", "👩\u200d💻 ❤\ufe0f\u200d🔥 👍🏽", "no emoji"],
    ["שלום مرحبا नमस्ते", "שלום مرحبا नमस्ते", "no language"],
    ["\u0301\u0301", "", "accents on nothing"],
    ["  a \t b\n\n", "a b", "blanks"],
  ])("makes %j %j: %s", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it("keeps accents within their line", () => {
    expect(plainText(`a${"\u0301".repeat(40)}`)).toBe(`a${"\u0301".repeat(4)}`);
  });

  it("changes nothing when it is done twice", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const plain = plainText(text);
        expect(plain.isWellFormed()).toBe(true);
        expect(plainText(plain)).toBe(plain);
      }),
    );
  });
});

describe("clip", () => {
  it.each([
    ["abc", 3, "abc", "what fits stays"],
    ["abcd", 3, "ab…", "one too many"],
    ["a😀b", 3, "a…", "a pair is not halved"],
    ["a\\*b", 3, "a…", "an escape is not halved"],
    ["a\\\\bc", 4, "a\\\\…", "an escaped backslash is whole"],
    ["a bcd", 3, "a…", "no blank before the ellipsis"],
    ["abc", 1, "…", "room for the ellipsis alone"],
    ["abc", 0, "", "no room"],
  ])("cuts %j to %d: %s (%s)", (text, max, cut) => {
    expect(clip(text, max)).toBe(cut);
  });

  it("never gives more than it may, nor half a character", () => {
    fc.assert(
      fc.property(nasty.map(plainText as (text: string) => string), fc.nat(80), (text, max) => {
        const cut = clip(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("links", () => {
  it.each([
    ["a post's address", "https://x.com/a/status/1", "https://x.com/a/status/1"],
    ["one without a path", "http://x.com", "http://x.com/"],
    ["no script", "javascript:alert(1)", null],
    ["no application", "discord://app", null],
    ["no text", "no address", null],
    ["512 characters", `https://x.com/${"a".repeat(498)}`, `https://x.com/${"a".repeat(498)}`],
    ["not one more", `https://x.com/${"a".repeat(499)}`, null],
  ])("takes %s", (_, url, href) => {
    expect(linkableUrl(url)).toBe(href);
  });

  it("keeps an address inside its link", () => {
    expect(maskedLink("X", "https://x.com/a)b <@1>")).toBe("[X](https://x.com/a%29b%20%3C@1%3E)");
    expect(maskedLink("X", "nothing")).toBe("X");
  });
});
