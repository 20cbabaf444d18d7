/** The HMAC-SHA-256 of a text, as 64 hex digits. The key is the secret's own text, as `hash_hmac` of shops takes it. */
export async function signHex(secret: string, text: string): Promise<string> {
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), encode(text));
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether a text was signed with the secret. Compares in constant time, as Web Crypto does.
 *
 * @param signature 64 hex digits, lower case
 */
export async function isSignedBy(secret: string, text: string, signature: string): Promise<boolean> {
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify("HMAC", await keyOf(secret), bytes, encode(text));
}

const keyOf = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);

const encode = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
