import { describe, expect, it } from "vitest";
import { readClickId, signClickId } from "../../src/lib/click-ids.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";

const KEY = btoa("test-key-of-thirty-two-bytes-ok!");
const OTHER = btoa("another-key-of-thirty-two-bytes!");
const box = createSecretBox(`k1:${KEY}`);
const FACTS = { code: "0k7m2q9x4a", at: Date.parse("2026-06-01T12:00:00.123Z"), kind: "human" } as const;

describe("a click id", () => {
  it.each(["human", "automated"] as const)(
    "tells link, time and kind of a click that was %s",
    async (kind) => {
      const id = await signClickId(box, { ...FACTS, kind }, "abc123");
      expect(id).toMatch(/^0k7m2q9x4a[0-9a-z]{9}[ha]abc123[\w-]{43}$/);
      expect(await readClickId(box, id)).toEqual({ ...FACTS, kind });
    },
  );

  it("is still read by a former key, and not by a stranger's", async () => {
    const id = await signClickId(box, FACTS, "abc123");
    expect(await readClickId(createSecretBox(`k2:${OTHER},k1:${KEY}`), id)).toEqual(FACTS);
    expect(await readClickId(createSecretBox(`k1:${OTHER}`), id)).toBeNull();
  });

  it("is refused with any one character changed", async () => {
    const id = await signClickId(box, FACTS, "abc123");
    for (let i = 0; i < id.length; i++) {
      const changed = id[i] === "b" ? "c" : "b";
      expect(await readClickId(box, `${id.slice(0, i)}${changed}${id.slice(i + 1)}`)).toBeNull();
    }
  });

  it.each(["", "x", "0k7m2q9x4a", "a".repeat(10_000), "\u0000".repeat(69)])("is not %j", async (text) => {
    expect(await readClickId(box, text)).toBeNull();
  });

  it("does not serve as anything else that is signed", async () => {
    const id = await signClickId(box, FACTS, "abc123");
    expect(await box.verify(id.slice(0, 26), id.slice(26))).toBe(false);
  });
});
