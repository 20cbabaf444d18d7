import { readInstant } from "./read-values.ts";

const ZONE_WITHOUT_COLON = /([+-]\d{2})(\d{2})$/;

/** An instant as the Graph API writes it, `2026-10-01T00:00:00+0000`, in ms UTC; null for anything else. */
export function readGraphTime(sent: unknown): number | null {
  return readInstant(typeof sent === "string" ? sent.replace(ZONE_WITHOUT_COLON, "$1:$2") : sent);
}
