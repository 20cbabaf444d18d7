import { BUCKET_BOUNDS } from "./trust.ts";

/** The three queues: urgent before normal, bulk (sweeps, imports) behind everybody else. */
export const LANES = ["urgent", "normal", "bulk"] as const;

export type Lane = (typeof LANES)[number];

/** The lane of a new report: low trust or a suspicion flag is looked at first. */
export function laneFor(trust: number, flags: readonly string[]): Lane {
  return trust < BUCKET_BOUNDS.normal || flags.length > 0 ? "urgent" : "normal";
}
