import { verifyKey } from "discord-interactions";
import { ClaimcheckError } from "../domain/errors.ts";

/** Longest body that is taken, in bytes. */
const MAX_BODY_BYTES = 1_048_576;
/** Of a larger one it is not asked who signed it: Discord signs none. */
const MOST_READ_BYTES = 4 * MAX_BODY_BYTES;

const SIGNATURE = /^[0-9a-f]{128}$/i;
const TIMESTAMP = /^\d{1,12}$/;
const PUBLIC_KEY = /^[0-9a-f]{64}$/;

export interface Verification {
  /** The application's public key, 64 hexadecimal digits. */
  publicKey: string;
  /** How far from now, to both sides, the time of signing may be. */
  maxAgeSeconds: number;
  /** ms UTC */
  now: number;
}

/**
 * The body of a request that Discord signed, byte for byte as it was signed. Parsed before, it would be another one.
 *
 * @throws {ClaimcheckError} bad_signature, in the same words for every reason; payload_too_large for a signed body over
 *   1 MiB
 * @throws {RangeError} for a public key that is none: not the caller's fault but the configuration's
 *
 * Source: https://discord.com/developers/docs/interactions/overview#validating-security-request-headers; Ed25519,
 * RFC 8032.
 */
export async function verifyRequest(request: Request, verification: Verification): Promise<Uint8Array> {
  const { publicKey, maxAgeSeconds, now } = verification;
  const signature = request.headers.get("x-signature-ed25519") ?? "";
  const timestamp = request.headers.get("x-signature-timestamp") ?? "";
  // The package takes "zz" for a byte and any age for fresh, and nothing of a body is read that Discord did not send.
  if (!SIGNATURE.test(signature) || !TIMESTAMP.test(timestamp)) throw badSignature();
  // No mark parts the timestamp from the body where they are signed: a digit that slides from one into the other keeps
  // the signature valid, but moves the time by years.
  if (Math.abs(now - Number(timestamp) * 1_000) > maxAgeSeconds * 1_000) throw badSignature();
  const key = await importOnce(publicKey);
  const body = await readBody(request);
  const signed = await verifyKey(body, signature, timestamp, key);
  if (!signed) throw badSignature();
  if (body.byteLength > MAX_BODY_BYTES) throw new ClaimcheckError("payload_too_large", "Send at most 1 MiB.");
  return body;
}

function badSignature(cause?: unknown): ClaimcheckError {
  return new ClaimcheckError("bad_signature", "The signature of this request is not valid.", { cause });
}

let imported: { publicKey: string; key: CryptoKey } | null = null;

/** Kept when it is done and not while it runs: a promise of another request may never settle here. */
async function importOnce(publicKey: string): Promise<CryptoKey> {
  if (imported?.publicKey === publicKey) return imported.key;
  if (!PUBLIC_KEY.test(publicKey)) throw new RangeError("DISCORD_PUBLIC_KEY must be 64 hexadecimal digits");
  const bytes = Uint8Array.from({ length: 32 }, (_, i) =>
    Number.parseInt(publicKey.slice(2 * i, 2 * i + 2), 16),
  );
  const key = await crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);
  imported = { publicKey, key };
  return key;
}

/** The whole body, counted while it streams, since a length header may lie. */
async function readBody(request: Request): Promise<Uint8Array> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      // Leaving the loop gives the rest up.
      if (size > MOST_READ_BYTES) throw badSignature();
      chunks.push(chunk);
    }
  } catch (error) {
    // What broke off on the way is not what was signed.
    throw error instanceof ClaimcheckError ? error : badSignature(error);
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
