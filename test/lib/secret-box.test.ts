import { describe, expect, it } from "vitest";
import { createSecretBox, keyIdOf } from "../../src/lib/secret-box.ts";

/** A key whose bytes are all the same: recognisable in any text that should not hold it. */
const keyOf = (byte: number) => btoa(String.fromCharCode(byte).repeat(32));
const K1 = `k1:${keyOf(1)}`;
const K2 = `k2:${keyOf(2)}`;

const SECRET = "AQV-access-token-0123456789";
const CONTEXT = "acc_123:access";

/** The text with its n-th character replaced by another of the same alphabet. */
function flipped(text: string, n: number): string {
  return text.slice(0, n) + (text[n] === "A" ? "B" : "A") + text.slice(n + 1);
}

describe("a sealed text", () => {
  it.each([SECRET, "", "ü 😀 \u0000", "\uFEFFmarked", "x".repeat(100_000)])(
    "opens again: %j",
    async (text) => {
      const box = createSecretBox(K1);
      expect(await box.open(await box.seal(text, CONTEXT), CONTEXT)).toBe(text);
    },
  );

  it("is the version, the key's id, a nonce of 96 bits and text and tag in base64url", async () => {
    const sealed = await createSecretBox(K1).seal(SECRET, CONTEXT);
    const [version, id, iv, ciphertext] = sealed.split(".");
    expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]+$/);
    expect([version, id, iv?.length]).toEqual(["v1", "k1", 16]);
    expect(ciphertext).toHaveLength(Math.ceil(((SECRET.length + 16) * 4) / 3));
  });

  it("holds neither the text, nor the context, nor the key", async () => {
    const sealed = await createSecretBox(K1).seal(SECRET, CONTEXT);
    for (const hidden of [SECRET, btoa(SECRET), CONTEXT, btoa(CONTEXT), keyOf(1)]) {
      expect(sealed).not.toContain(hidden.replaceAll("=", ""));
    }
  });

  it("is another each time", async () => {
    const box = createSecretBox(K1);
    const sealed = await Promise.all(Array.from({ length: 50 }, () => box.seal(SECRET, CONTEXT)));
    expect(new Set(sealed.map((text) => text.split(".")[2])).size).toBe(50);
  });

  it.each(["acc_123:refresh", "acc_124:access", "", "acc_123:access "])(
    "does not open for the context %j",
    async (context) => {
      const box = createSecretBox(K1);
      expect(await box.open(await box.seal(SECRET, CONTEXT), context)).toBeNull();
    },
  );

  it("does not open with any one character changed", async () => {
    const box = createSecretBox(`${K1},${K2}`);
    const sealed = await box.seal("short", CONTEXT);
    const changed = Array.from(sealed, (_, n) => flipped(sealed, n));
    const opened = await Promise.all(changed.map((text) => box.open(text, CONTEXT)));
    expect(opened.filter((text) => text !== null)).toEqual([]);
    expect(await box.open(sealed, CONTEXT)).toBe("short");
  });

  it("does not open when it says that another key sealed it", async () => {
    const box = createSecretBox(`${K1},${K2}`);
    const sealed = await box.seal(SECRET, CONTEXT);
    expect(await box.open(sealed.replace("v1.k1.", "v1.k2."), CONTEXT)).toBeNull();
  });

  it("does not open under another id of the same key", async () => {
    const sealed = await createSecretBox(K1).seal(SECRET, CONTEXT);
    const renamed = createSecretBox(`k9:${keyOf(1)}`);
    expect(await renamed.open(sealed.replace("v1.k1.", "v1.k9."), CONTEXT)).toBeNull();
  });

  it.each([
    ["", "nothing"],
    ["plaintext", "no parts"],
    ["v1.k1", "two parts"],
    ["v1.k1.AAAAAAAAAAAAAAAA", "no ciphertext"],
    ["v1.k1.AAAAAAAAAAAAAAAA.", "an empty ciphertext"],
    ["v1.k1..AAAA", "no nonce"],
    ["v1.k1.AAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a nonce too short"],
    ["v1.k1.AAAAAAAAAAAAAAAA.AAAA", "less than a tag"],
    ["v1.k1.AAAAAAAAAAAAAAAA.####", "no base64url"],
    ["v2.k1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "another version"],
    ["v1.k7.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "an unknown key"],
    ["v1.k1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAA", "a fifth part"],
  ])("is none if it is %j: %s", async (text, _why) => {
    expect(await createSecretBox(K1).open(text, CONTEXT)).toBeNull();
  });

  it("is refused in a second spelling of the same bytes", async () => {
    const box = createSecretBox(K1);
    const sealed = await box.seal("1", CONTEXT);
    // 17 bytes leave 2 bits of the last character unused.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(sealed.at(-1) ?? "");
    const respelled = `${sealed.slice(0, -1)}${alphabet[last + 1]}`;
    expect(await box.open(sealed, CONTEXT)).toBe("1");
    expect(await box.open(respelled, CONTEXT)).toBeNull();
    expect(await box.open(`${sealed}=`, CONTEXT)).toBeNull();
    expect(await box.open(`${sealed}.AAAA`, CONTEXT)).toBeNull();
  });
});

describe("the rotation of keys", () => {
  it("opens what the former key sealed and seals with the new one", async () => {
    const before = await createSecretBox(K1).seal(SECRET, CONTEXT);
    const box = createSecretBox(`${K2},${K1}`);
    expect(await box.open(before, CONTEXT)).toBe(SECRET);
    const after = await box.seal(SECRET, CONTEXT);
    expect([keyIdOf(before), keyIdOf(after)]).toEqual(["k1", "k2"]);
    expect(await createSecretBox(K2).open(after, CONTEXT)).toBe(SECRET);
  });

  it("ends with the former key's removal", async () => {
    const before = await createSecretBox(K1).seal(SECRET, CONTEXT);
    expect(await createSecretBox(K2).open(before, CONTEXT)).toBeNull();
  });

  it.each(["", "k1", "v1.k1", "v0.k1.AAAAAAAAAAAAAAAA.AAAA", "a.b.c.d"])("finds no key id in %j", (text) => {
    expect(keyIdOf(text)).toBeNull();
  });
});

describe("a signature", () => {
  it("is of this text and key, and always the same", async () => {
    const box = createSecretBox(K1);
    const signature = await box.sign("state");
    expect(signature).toMatch(/^[\w-]{43}$/);
    expect(await box.sign("state")).toBe(signature);
    expect(await createSecretBox(K1).verify("state", signature)).toBe(true);
    expect(await box.verify("state2", signature)).toBe(false);
    expect(await createSecretBox(K2).verify("state", signature)).toBe(false);
  });

  it("is made by a key derived from the first: not by the key itself", async () => {
    const raw = new Uint8Array(32).fill(1);
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const itself = await crypto.subtle.importKey("raw", raw, hmac, false, ["verify"]);
    const sent = (await createSecretBox(K1).sign("state")).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(sent), (character) => character.charCodeAt(0));
    expect(await crypto.subtle.verify("HMAC", itself, bytes, new TextEncoder().encode("state"))).toBe(false);
  });

  it("of a former key is still good, and a new one is by the new key", async () => {
    const before = await createSecretBox(K1).sign("state");
    const box = createSecretBox(`${K2},${K1}`);
    expect(await box.verify("state", before)).toBe(true);
    expect(await box.sign("state")).toBe(await createSecretBox(K2).sign("state"));
  });

  it("is none with any one character changed, cut, extended or nonsense", async () => {
    const box = createSecretBox(K1);
    const signature = await box.sign("state");
    const wrong = [
      ...Array.from(signature, (_, n) => flipped(signature, n)),
      signature.slice(0, -1),
      `${signature}A`,
      `${signature}=`,
      "",
      "not base64url!",
    ];
    const verified = await Promise.all(wrong.map((text) => box.verify("state", text)));
    expect(verified.filter(Boolean)).toEqual([]);
  });
});

describe("TOKEN_KEYS", () => {
  const SHORT = btoa("x".repeat(31));
  const LONG = btoa("x".repeat(33));

  it.each([
    ["", "there is no key"],
    ["  ", "there is no key"],
    [keyOf(1), "entry 1 has no id"],
    [`${K1},${keyOf(2)}`, "entry 2 has no id"],
    [`${K1},`, "entry 2 has no id"],
    [`:${keyOf(1)}`, "the id of entry 1"],
    [`a.b:${keyOf(1)}`, "the id of entry 1"],
    [`${"k".repeat(17)}:${keyOf(1)}`, "the id of entry 1"],
    ["k1:", "has 0 bytes, not 32"],
    [`k1:${SHORT}`, "has 31 bytes, not 32"],
    [`k1:${LONG}`, "has 33 bytes, not 32"],
    ["k1:####", "the key of entry 1 is not base64"],
    [`k1:${keyOf(255).replaceAll("/", "_")}`, "is not base64"],
    [`k1:${keyOf(1).replace("=", "")}`, "is not base64"],
    [`${K1},${K2},${K1}`, "entries 1 and 3 have the same id"],
  ])("of %j say: %s", (keys, words) => {
    expect(() => createSecretBox(keys)).toThrow(RangeError);
    expect(() => createSecretBox(keys)).toThrow(words);
  });

  it.each([keyOf(7), `k1:${SHORT}`, `${K1},${K1}`, `${keyOf(7)}:${keyOf(7)}`])(
    "are never quoted in what is said of them",
    (keys) => {
      const said = (() => {
        try {
          createSecretBox(keys);
          return "nothing";
        } catch (error) {
          return String(error);
        }
      })();
      expect(said).toContain("TOKEN_KEYS");
      for (const part of keys.split(/[:,]/).filter((text) => text.length > 3))
        expect(said).not.toContain(part);
    },
  );

  it("may have blanks around the entries", async () => {
    const sealed = await createSecretBox(K1).seal(SECRET, CONTEXT);
    expect(await createSecretBox(` ${K2} , ${K1}\n`).open(sealed, CONTEXT)).toBe(SECRET);
  });
});
