import { describe, expect, it } from "vitest";
import { createVisitorSalts } from "../../src/links/visitor-salts.ts";

const noRandom = (bytes: Uint8Array) => void bytes.fill(0);

/** Salts that heard the board on day 1 and on day 2. */
function twoDays() {
  const salts = createVisitorSalts(noRandom);
  salts.hear({ day: 1, value: btoa("monday") });
  salts.hear({ day: 2, value: btoa("tuesday") });
  return salts;
}

describe("the hash of a visitor", () => {
  it("is the first 64 bits of an HMAC by the day's salt", async () => {
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode("monday"),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("ada")));
    const hash = await twoDays().hash(1, "ada");
    const bytes = atob(`${hash.replaceAll("-", "+").replaceAll("_", "/")}=`);
    expect(Array.from(bytes, (character) => character.charCodeAt(0))).toEqual([...mac.slice(0, 8)]);
  });

  it("differs from day to day, and cannot be made any more for a day that was forgotten", async () => {
    const salts = twoDays();
    const [monday, tuesday] = [await salts.hash(1, "ada"), await salts.hash(2, "ada")];
    expect(monday).not.toBe(tuesday);
    salts.forget();
    expect([salts.knows(1), salts.knows(2)]).toEqual([false, true]);
    expect(await salts.hash(1, "ada")).toBe(tuesday);
  });

  it("is the same all day for an instance that never heard the board", async () => {
    const salts = createVisitorSalts(noRandom);
    expect(await salts.hash(3, "ada")).toBe(await salts.hash(3, "ada"));
    expect(await salts.hash(3, "ada")).not.toBe(await salts.hash(3, "bob"));
  });
});
