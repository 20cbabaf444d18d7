import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashApiKey, isApiKey, keyPrefix, makeApiKey } from "../../src/domain/api-key.ts";

/** Checksums computed with zlib's CRC-32, in base 62. */
const KNOWN = [
  "cck_000000000000000000000000000000002wjyrI",
  "cck_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL",
] as const;

/** Makes a key from these bytes, over and over. */
function keyFrom(...bytes: number[]): string {
  let n = 0;
  return makeApiKey((target) => target.fill(bytes[n++ % bytes.length] ?? 0));
}

describe("a key", () => {
  it("is a prefix, 32 random characters and their checksum", () => {
    expect(keyFrom(0)).toBe(KNOWN[0]);
    expect(keyFrom(...Array.from({ length: 32 }, (_, n) => n))).toBe(KNOWN[1]);
  });

  it.each([
    { byte: 247, first: "z", why: "the last that all characters share evenly" },
    { byte: 248, first: "1", why: "thrown away, and the next one drawn" },
    { byte: 255, first: "1", why: "thrown away as well" },
  ])("begins with $first for a byte of $byte: $why", ({ byte, first }) => {
    expect(keyFrom(byte, ...Array.from({ length: 32 }, () => 1)).charAt(4)).toBe(first);
  });

  it("is recognised whatever was drawn", () => {
    const bytes = fc.array(fc.nat(247), { minLength: 32, maxLength: 32 });
    fc.assert(fc.property(bytes, (drawn) => isApiKey(keyFrom(...drawn))));
  });

  it("is told apart by its first ten characters", () => {
    expect(keyPrefix(KNOWN[1])).toBe("cck_012345");
  });
});

describe("a text", () => {
  it.each(KNOWN)("is a key if its checksum is right: %s", (key) => {
    expect(isApiKey(key)).toBe(true);
  });

  it("is none after any single change of a character", () => {
    const change = fc.record({
      key: fc.constantFrom(...KNOWN),
      at: fc.nat(KNOWN[0].length - 1),
      char: fc.string({ minLength: 1, maxLength: 1 }),
    });
    fc.assert(
      fc.property(change, ({ key, at, char }) => {
        fc.pre(key.charAt(at) !== char);
        return !isApiKey(key.slice(0, at) + char + key.slice(at + 1));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is none after any single change to another character of the alphabet", () => {
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const key = KNOWN[1];
    const accepted = [...key].flatMap((char, at) =>
      [...alphabet]
        .filter((other) => other !== char)
        .map((other) => key.slice(0, at) + other + key.slice(at + 1))
        .filter(isApiKey),
    );
    expect(accepted).toEqual([]);
  });

  it.each([
    { text: KNOWN[0].slice(0, -1), why: "cut short" },
    { text: `${KNOWN[0]}0`, why: "too long" },
    { text: ` ${KNOWN[0]}`, why: "a blank before it" },
    { text: `${KNOWN[0]}\n`, why: "a line break after it" },
    { text: KNOWN[0].replace("cck_", "CCK_"), why: "another prefix" },
    { text: KNOWN[0].slice(4), why: "no prefix" },
    { text: "", why: "nothing" },
  ])("is none: $why", ({ text }) => {
    expect(isApiKey(text)).toBe(false);
  });
});

describe("what is stored of a key", () => {
  // FIPS 180-2, appendix B.1, and the digest of the empty message.
  it.each([
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ])("is SHA-256 in hex: of %j", async (text, digest) => {
    expect(await hashApiKey(text)).toBe(digest);
  });
});
