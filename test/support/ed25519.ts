/** Signs as Discord does, with a key pair whose private half is a seed of 32 bytes. */

/** What stands before the seed in the PKCS #8 form of an Ed25519 key, the only form of one that is imported. RFC 8410 §7. */
const PKCS8_PREFIX = "302e020100300506032b657004220420";

/** The public key of a seed, both as hex. */
export async function publicKeyHex(seedHex: string): Promise<string> {
  const jwk = (await crypto.subtle.exportKey("jwk", await importSeed(seedHex))) as JsonWebKey; // safe: asked for a JWK.
  const base64 = (jwk.x ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return toHex(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

/** The signature of a timestamp and the body that follows it, as hex. */
export async function signInteraction(seedHex: string, timestamp: string, body: Uint8Array): Promise<string> {
  const prefix = new TextEncoder().encode(timestamp);
  const message = new Uint8Array(prefix.length + body.length);
  message.set(prefix);
  message.set(body, prefix.length);
  const signature = await crypto.subtle.sign("Ed25519", await importSeed(seedHex), message);
  return toHex(new Uint8Array(signature));
}

function importSeed(seedHex: string): Promise<CryptoKey> {
  const bytes = fromHex(PKCS8_PREFIX + seedHex);
  return crypto.subtle.importKey("pkcs8", bytes, { name: "Ed25519" }, true, ["sign"]);
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const length = hex.length / 2;
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
