import { z } from "@hono/zod-openapi";
import type { RunDetailRow, RunRow } from "../../db/queries/runs.ts";
import { LANES } from "../../domain/lane.ts";
import { Instant, id } from "../schemas.ts";

export const RUN_TRIGGERS = ["queue", "manual"] as const;

const RunFields = {
  run_id: id("run", "The run."),
  trigger: z.enum(RUN_TRIGGERS).openapi({ description: "manual: asked for by a person." }),
  lane: z.enum(LANES),
  started_at: Instant,
  duration_ms: z.int(),
  asked: z.int().openapi({ description: "Reports the batch named." }),
  claimed: z.int().openapi({ description: "Of those, due and free." }),
  judged: z.int().openapi({ description: "Of those, looked at." }),
  put_off: z.int().openapi({ description: "Of those, waiting because the platform could not be asked." }),
  vendor_calls: z.int(),
  vendor_errors: z.int(),
  statuses: z.record(z.string(), z.int()).openapi({ description: "How many reports ended in which status." }),
};

export const Run = z.object(RunFields).openapi("ReconciliationRun");

export const RunDetail = z
  .object({
    ...RunFields,
    report_ids: z.array(z.string()),
    request_ids: z.array(z.string()).openapi({ description: "The requests that led to it." }),
    traceparent: z.string().nullable(),
  })
  .openapi("ReconciliationRunDetail");

/** A run as lists show it. */
export function presentRun({
  id: run_id,
  started_at,
  statuses,
  lane,
  ...counts
}: RunRow): z.infer<typeof Run> {
  return {
    run_id,
    ...counts,
    // safe: a run is recorded with the lane of its queue.
    lane: lane as (typeof LANES)[number],
    started_at: new Date(started_at).toISOString(),
    // safe: written by commitRun from a record of counts.
    statuses: JSON.parse(statuses) as Record<string, number>,
  };
}

/** A run with what it was about. */
export function presentRunDetail(row: RunDetailRow): z.infer<typeof RunDetail> {
  const { report_ids, request_ids, traceparent, ...run } = row;
  return {
    ...presentRun(run),
    // safe: both are written by commitRun from arrays of ids.
    report_ids: JSON.parse(report_ids) as string[],
    request_ids: JSON.parse(request_ids) as string[],
    traceparent,
  };
}
