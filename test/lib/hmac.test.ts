import { describe, expect, it } from "vitest";
import { isSignedBy, signHex } from "../../src/lib/hmac.ts";

describe("an HMAC", () => {
  // RFC 4231 §4.3, the case whose key and data are text.
  const known = { secret: "Jefe", text: "what do ya want for nothing?" };
  const digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

  it("is the one of the standard", async () => {
    expect(await signHex(known.secret, known.text)).toBe(digest);
    expect(await isSignedBy(known.secret, known.text, digest)).toBe(true);
  });

  it.each([
    { why: "another secret", secret: "Jeff", text: known.text, signature: digest },
    { why: "another text", secret: known.secret, text: `${known.text} `, signature: digest },
    {
      why: "another signature",
      secret: known.secret,
      text: known.text,
      signature: `${digest.slice(0, -1)}4`,
    },
    { why: "a shorter one", secret: known.secret, text: known.text, signature: digest.slice(0, 62) },
    { why: "none", secret: known.secret, text: known.text, signature: "" },
  ])("is not taken for $why", async ({ secret, text, signature }) => {
    expect(await isSignedBy(secret, text, signature)).toBe(false);
  });
});
