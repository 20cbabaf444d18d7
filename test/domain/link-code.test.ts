import { describe, expect, it } from "vitest";
import { hashLinkCode, makeLinkCode, parseLinkCode, showLinkCode } from "../../src/domain/link-code.ts";

describe("a link code", () => {
  it("is ten characters without look-alikes, each as likely as the others", () => {
    const counts = new Map<string, number>();
    for (let start = 0; start < 256; start++) {
      const code = makeLinkCode((bytes) => bytes.set(Array.from(bytes, (_, i) => (start + i) % 256)));
      expect(code).toMatch(/^[^ILOU]{10}$/);
      for (const character of code) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(32);
    expect(new Set(counts.values())).toEqual(new Set([80]));
  });

  it("is shown in two halves, and read back from that", () => {
    const code = makeLinkCode((bytes) => crypto.getRandomValues(bytes));
    expect(showLinkCode("0123456789")).toBe("01234-56789");
    expect(parseLinkCode(showLinkCode(code))).toBe(code);
  });

  it.each([
    { typed: "7Q4MX-2B9KD", why: "as shown" },
    { typed: "7q4mx2b9kd", why: "in lower case, without the dash" },
    { typed: "  7Q4MX - 2B9KD\n", why: "with blanks" },
    { typed: "7Q4MX\u20132B9KD", why: "with the dash a phone made of it" },
    { typed: "7\u00a0Q-4-M-X-2-B-9-K-D", why: "spelt out" },
  ])("is read $why", ({ typed }) => {
    expect(parseLinkCode(typed)).toBe("7Q4MX2B9KD");
  });

  it("is read with letters in the place of the digits they look like", () => {
    expect(parseLinkCode("OoIiL-l0101")).toBe("0011110101");
  });

  it.each([
    { typed: "", why: "nothing" },
    { typed: "-----", why: "no character at all" },
    { typed: "7Q4MX-2B9K", why: "nine characters" },
    { typed: "7Q4MX-2B9KDD", why: "eleven" },
    { typed: "7Q4MX-2B9KU", why: "a letter that no code has" },
    { typed: "7Q4MX_2B9KD", why: "another separator" },
    { typed: "code:7Q4MX-2B9KD", why: "more than the code" },
    { typed: "\u0667Q4MX-2B9KD", why: "a digit of another script" },
    { typed: "\u200b7Q4MX-2B9KD", why: "an invisible character" },
  ])("is none of: $why", ({ typed }) => {
    expect(parseLinkCode(typed)).toBeNull();
  });

  it("is stored as its SHA-256", async () => {
    expect(await hashLinkCode("7Q4MX2B9KD")).toBe(
      "0261242e2c1a324ff9ff730d002c1b280565d06364374e426b2239c5647ab5b2",
    );
  });
});
