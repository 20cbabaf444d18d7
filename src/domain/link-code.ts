/**
 * Codes that people read in one window and type in another: ten characters of an alphabet without look-alikes, 50 random
 * bits. Few for a secret, and enough for one that is good once and for minutes.
 *
 * Source: Crockford's base 32, https://www.crockford.com/base32.html
 */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;
const FORMAT = /^[0-9A-HJKMNP-TV-Z]{10}$/;

/** Makes a code as {@link parseLinkCode} returns it. `fillRandom` fills its argument, as `crypto.getRandomValues` does. */
export function makeLinkCode(fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(LENGTH);
  fillRandom(bytes);
  // 256 is a multiple of 32, so that no character is likelier than another.
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
}

/** A code as people see it: `XXXXX-XXXXX`. */
export function showLinkCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/**
 * The code that somebody typed, or null if it is none. Case, blanks and dashes do not matter, and letters that look like
 * digits are those digits.
 */
export function parseLinkCode(text: string): string | null {
  const code = text
    .replaceAll(/[\s\p{Pd}]/gu, "")
    .toUpperCase()
    .replaceAll(/[IL]/g, "1")
    .replaceAll("O", "0");
  return FORMAT.test(code) ? code : null;
}

/** What is stored of a code: SHA-256, hex. */
export async function hashLinkCode(code: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
