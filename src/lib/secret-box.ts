const KEY_BYTES = 32;
/** The length of an IV for which GCM is specified without hashing it first. NIST SP 800-38D §8.2. */
const IV_BYTES = 12;
const VERSION = "v1";

/** Seals secrets for storage and signs short texts, with keys that can be replaced one after the other. */
export interface SecretBox {
  /**
   * @param context what the secret belongs to, e.g. `acc_123:access`; moved to another row it does not open
   * @returns `v1.<key id>.<iv>.<ciphertext>`, the last two base64url
   */
  seal(text: string, context: string): Promise<string>;
  /** The text, or null for whatever was not sealed with one of the keys and for this context. */
  open(sealed: string, context: string): Promise<string | null>;
  /** Base64url of an HMAC-SHA-256 by the first key. */
  sign(text: string): Promise<string>;
  /** Whether one of the keys signed the text. */
  verify(text: string, signature: string): Promise<boolean>;
}

/**
 * The key a text was sealed with, so that those of a former key are found; null if it is no sealed text.
 * Pure.
 */
export function keyIdOf(sealed: string): string | null {
  return partsOf(sealed)?.keyId ?? null;
}

interface Key {
  id: string;
  encryption: CryptoKey;
  signature: CryptoKey;
}

/**
 * @param keys `k2:<base64 of 32 bytes>,k1:<…>`: the first seals and signs, all open and verify
 * @throws {RangeError} saying what is wrong with them; the message quotes no key
 *
 * Source: AES-256-GCM, NIST SP 800-38D; the signing key is derived (HKDF, RFC 5869), so that no key has two
 * uses.
 */
export function createSecretBox(keys: string): SecretBox {
  const entries = parseKeys(keys);
  let imported: Key[] | null = null;
  // Kept when it is done and not while it runs: a promise of another request may never settle here.
  const all = async () => {
    imported ??= await Promise.all(entries.map(importKey));
    return imported;
  };
  const first = async () => {
    const [key] = await all();
    if (key === undefined) throw wrongKeys("there is no key");
    return key;
  };
  return {
    seal: async (text, context) => seal(await first(), text, context),
    async open(sealed, context) {
      const parts = partsOf(sealed);
      const key = (await all()).find(({ id }) => id === parts?.keyId);
      return parts === null || key === undefined ? null : open(key, parts, context);
    },
    async sign(text) {
      const signature = await crypto.subtle.sign("HMAC", (await first()).signature, encode(text));
      return toBase64url(new Uint8Array(signature));
    },
    async verify(text, signature) {
      const bytes = fromBase64url(signature);
      if (bytes === null) return false;
      const checks = (await all()).map((key) => isSignature(key, bytes, text));
      return (await Promise.all(checks)).includes(true);
    },
  };
}

async function seal({ id, encryption }: Key, text: string, context: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const algorithm = { name: "AES-GCM", iv, additionalData: boundTo(id, context) };
  const ciphertext = await crypto.subtle.encrypt(algorithm, encryption, encode(text));
  return [VERSION, id, toBase64url(iv), toBase64url(new Uint8Array(ciphertext))].join(".");
}

async function open(
  { id, encryption }: Key,
  { iv, ciphertext }: Parts,
  context: string,
): Promise<string | null> {
  const algorithm = { name: "AES-GCM", iv, additionalData: boundTo(id, context) };
  try {
    const text = await crypto.subtle.decrypt(algorithm, encryption, ciphertext);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    // Tampered with, or sealed with another key or for another context: which of these, nobody can tell.
    return null;
  }
}

/** What is authenticated beside the text: everything a sealed text says in clear, and whose it is. */
function boundTo(keyId: string, context: string): Bytes {
  return encode(`${VERSION}.${keyId}:${context}`);
}

/** Compares in constant time, as Web Crypto does. */
function isSignature({ signature }: Key, bytes: Bytes, text: string): Promise<boolean> {
  return crypto.subtle.verify("HMAC", signature, bytes, encode(text));
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Parts {
  keyId: string;
  iv: Bytes;
  ciphertext: Bytes;
}

function partsOf(sealed: string): Parts | null {
  const [version, keyId = "", iv = "", ciphertext = "", ...rest] = sealed.split(".");
  if (version !== VERSION || !KEY_ID.test(keyId) || rest.length > 0) return null;
  const bytes = { iv: fromBase64url(iv), ciphertext: fromBase64url(ciphertext) };
  if (bytes.iv?.length !== IV_BYTES || !bytes.ciphertext?.length) return null;
  return { keyId, iv: bytes.iv, ciphertext: bytes.ciphertext };
}

interface KeyEntry {
  id: string;
  bytes: Bytes;
}

const KEY_ID = /^[\w-]{1,16}$/;

function parseKeys(keys: string): KeyEntry[] {
  if (keys.trim() === "") throw wrongKeys("there is no key");
  const entries = keys.split(",").map((text, i) => parseEntry(text.trim(), i + 1));
  for (const [i, { id }] of entries.entries()) {
    const other = entries.findIndex((entry) => entry.id === id);
    if (other < i) throw wrongKeys(`entries ${other + 1} and ${i + 1} have the same id`);
  }
  return entries;
}

function parseEntry(text: string, position: number): KeyEntry {
  const colon = text.indexOf(":");
  if (colon < 0) throw wrongKeys(`entry ${position} has no id before a colon`);
  const id = text.slice(0, colon);
  if (!KEY_ID.test(id)) {
    throw wrongKeys(`the id of entry ${position} is not 1 to 16 letters, digits, _ or -`);
  }
  const bytes = fromBase64(text.slice(colon + 1));
  if (bytes === null) throw wrongKeys(`the key of entry ${position} is not base64`);
  if (bytes.length !== KEY_BYTES) {
    throw wrongKeys(`the key of entry ${position} has ${bytes.length} bytes, not ${KEY_BYTES}`);
  }
  return { id, bytes };
}

function wrongKeys(why: string): RangeError {
  return new RangeError(`TOKEN_KEYS must be a list such as k2:<base64 of ${KEY_BYTES} bytes>,k1:<…>: ${why}`);
}

async function importKey({ id, bytes }: KeyEntry): Promise<Key> {
  const material = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: encode(""),
    info: encode("claimcheck signature v1"),
  };
  const signature = { name: "HMAC", hash: "SHA-256", length: 256 };
  return {
    id,
    encryption: await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]),
    signature: await crypto.subtle.deriveKey(derivation, material, signature, false, ["sign", "verify"]),
  };
}

function encode(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text));
}

function toBase64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function toBase64url(bytes: Bytes): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Null for anything but the one spelling of some bytes: `atob` ignores blanks, padding and unused bits. */
function fromBase64(text: string): Bytes | null {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return toBase64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

function fromBase64url(text: string): Bytes | null {
  if (!/^[\w-]*$/.test(text)) return null;
  const padding = "=".repeat((4 - (text.length % 4)) % 4);
  return fromBase64(`${text.replaceAll("-", "+").replaceAll("_", "/")}${padding}`);
}
