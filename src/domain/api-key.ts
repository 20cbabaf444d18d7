/**
 * API keys read `cck_<32 random><6 checksum>`, both base 62. The checksum (CRC-32) lets a typo or a truncated key be
 * refused without a database; the prefix lets secret scanners find a leaked one.
 *
 * Source: https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const FORMAT = /^cck_[0-9A-Za-z]{38}$/;

/** How much of a key is kept in the clear, so that people can tell their keys apart. */
const SHOWN_LENGTH = 10;

function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function base62(value: number, length: number): string {
  let rest = value;
  let text = "";
  for (let i = 0; i < length; i++) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** Makes a key of about 190 random bits. `fillRandom` fills its argument, as `crypto.getRandomValues` does. */
export function makeApiKey(fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  let random = "";
  const byte = new Uint8Array(1);
  while (random.length < RANDOM_LENGTH) {
    fillRandom(byte);
    // 248 is the largest multiple of 62 below 256: above it a remainder would favour the first characters.
    if ((byte[0] ?? 255) < 248) random += ALPHABET.charAt((byte[0] ?? 0) % 62);
  }
  return `cck_${random}${base62(crc32(random), CHECKSUM_LENGTH)}`;
}

/** Whether a text has the format and checksum of a key; nothing is said of whether it was ever issued. */
export function isApiKey(text: string): boolean {
  if (!FORMAT.test(text)) return false;
  const random = text.slice(4, 4 + RANDOM_LENGTH);
  return text.endsWith(base62(crc32(random), CHECKSUM_LENGTH));
}

/** The part of a key that may be shown. */
export function keyPrefix(key: string): string {
  return key.slice(0, SHOWN_LENGTH);
}

/** What is stored of a key: SHA-256, hex. A key is random enough that a slow hash would add nothing. */
export async function hashApiKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
