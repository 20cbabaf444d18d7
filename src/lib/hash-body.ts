export interface BodyBounds {
  maxBytes: number;
  /** So many bytes from the beginning are kept. */
  headBytes: number;
  signal: AbortSignal;
}

export interface HashedBody {
  /** Bytes. */
  size: number;
  head: Uint8Array;
  /** SHA-256, hex. */
  sha256: string;
}

/**
 * Hashes a body chunk by chunk and counts it while it streams, since a length header may lie; no more than a chunk is
 * held. Null for one over `maxBytes`, which is read no further.
 *
 * @throws whatever breaks the body off, the end of the signal's time included
 */
export async function hashBody(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, headBytes, signal }: BodyBounds,
): Promise<HashedBody | null> {
  const hash = new crypto.DigestStream("SHA-256");
  const writer = hash.getWriter();
  const head: number[] = [];
  let size = 0;
  for await (const chunk of chunksOf(body, signal)) {
    size += chunk.byteLength;
    if (size > maxBytes) return null;
    head.push(...chunk.subarray(0, headBytes - head.length));
    await writer.write(chunk);
  }
  await writer.close();
  return { size, head: Uint8Array.from(head), sha256: toHex(await hash.digest) };
}

/** The chunks of a body; whoever wants no more of them gives the rest up. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null, signal: AbortSignal) {
  if (body === null) return;
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  // Not every body follows the signal of its request, and a server may go silent in the middle of one.
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function toHex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
