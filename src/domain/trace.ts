const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

const isZero = (hex: string) => /^0+$/.test(hex);

function randomHex(bytes: number, fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const random = new Uint8Array(bytes);
  fillRandom(random);
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The trace context of our work for a caller: the caller's trace with a span of our own, or a new trace if the header
 * is missing or malformed, as the standard asks.
 *
 * Source: W3C Trace Context, https://www.w3.org/TR/trace-context/
 */
export function childTraceparent(
  header: string | undefined,
  fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void,
): string {
  const match = header === undefined ? null : TRACEPARENT.exec(header);
  const known = match?.[1] !== undefined && match[2] !== undefined && !isZero(match[1]) && !isZero(match[2]);
  const traceId = known ? match?.[1] : randomHex(16, fillRandom);
  return `00-${traceId}-${randomHex(8, fillRandom)}-01`;
}
