import { z } from "@hono/zod-openapi";
import type { AlertRow, NamedAlert } from "../../db/queries/alerts.ts";
import { ALERT_CATEGORIES, ALERT_SEVERITIES, ALERT_STATUSES } from "../../domain/alert.ts";
import { Instant, id } from "../schemas.ts";

export const AlertId = z.object({ id: id("alr", "The alert.") });

const CAUSE = "What it is about; one alert per cause is open at a time, repeats are counted.";

export const Alert = z
  .object({
    id: id("alr", "The alert."),
    cause: z.string().openapi({ description: CAUSE, example: "overclaim:rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E" }),
    category: z.enum(ALERT_CATEGORIES),
    severity: z.enum(ALERT_SEVERITIES),
    status: z.enum(ALERT_STATUSES),
    count: z.int().min(1).openapi({ description: "How often the cause was seen." }),
    title: z.string(),
    message: z.string().openapi({ description: "Of the latest time it was seen." }),
    advertiser_id: z.string().nullable(),
    campaign_id: z.string().nullable(),
    affiliate_id: z.string().nullable(),
    post_id: z.string().nullable(),
    report_id: z.string().nullable(),
    platform: z.string().nullable(),
    first_seen_at: Instant,
    last_seen_at: Instant,
    acknowledged_at: Instant.nullable(),
    acknowledged_by: z.string().nullable().openapi({ example: "admin:key_01KB3XPG5M8Q0V2W4Y6Z8A0C2E" }),
    resolved_at: Instant.nullable(),
    resolved_by: z.string().nullable(),
    notes: z.string().nullable().openapi({ description: "What was found out; its advertiser reads it too." }),
  })
  .openapi("Alert");

/** An alert as the wire has it: ids, and no names beside them. */
export function presentAlert(alert: AlertRow & Partial<NamedAlert>): z.infer<typeof Alert> {
  const { announce_at: _, affiliate_name: _a, campaign_name: _c, post_url: _p, ...row } = alert;
  const instant = (ms: number) => new Date(ms).toISOString();
  return {
    ...row,
    first_seen_at: instant(row.first_seen_at),
    last_seen_at: instant(row.last_seen_at),
    acknowledged_at: row.acknowledged_at === null ? null : instant(row.acknowledged_at),
    resolved_at: row.resolved_at === null ? null : instant(row.resolved_at),
  };
}
