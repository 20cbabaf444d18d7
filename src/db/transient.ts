/** D1 is busy, restarting or out of reach: the same statements may do in a moment. */
const SIGNS = [
  "D1 DB is overloaded",
  "Too many requests queued",
  "Network connection lost",
  "storage caused object to be reset",
  "reset because its code was updated",
  "Cannot resolve D1 DB due to transient issue",
];

/** The messages of an error and its causes. drizzle wraps single statements, a batch throws D1's own error. */
export function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}` : "";
}

/** Whether a failure of D1 is likely to pass. Source: https://developers.cloudflare.com/d1/observability/debug-d1/ */
export function isTransient(error: unknown): boolean {
  const text = messagesOf(error);
  return SIGNS.some((sign) => text.includes(sign));
}
