import { z } from "@hono/zod-openapi";
import type { SubmissionLinkRow } from "../../db/queries/submission-links.ts";
import { trackedUrl } from "../../domain/tracked-link.ts";
import { LinkCode } from "../links/schemas.ts";
import { Instant } from "../schemas.ts";
import { Clicks, Conversions } from "../traffic/schemas.ts";

/** A link of a submission with its totals. */
export const SubmissionLink = z
  .object({
    code: LinkCode,
    url: z.url(),
    own: z.boolean().openapi({ description: "The submission was born with it." }),
    label: z.string().nullable(),
    sub_id: z.string().nullable(),
    created_at: Instant,
    clicks: Clicks.nullable().openapi({
      description: "Null while the campaign never had a landing URL: none is not 0.",
    }),
    conversions: Conversions.nullable().openapi({
      description: "Null while the campaign's conversions are not reported: none is not 0.",
    }),
  })
  .openapi("SubmissionLink");

const NO_CLICKS: z.infer<typeof Clicks> = { human: 0, automated: 0, unique_human: 0, unique_automated: 0 };
const NO_ORDERS: z.infer<typeof Conversions> = { orders: 0, reversed: 0, value_minor: 0, refunded_minor: 0 };

/** Of the campaign: whether its links lead, or have led, somewhere, and whether its conversions are reported. */
export interface Tracking {
  leads: boolean;
  reported: boolean;
}

export function presentSubmissionLink(
  row: SubmissionLinkRow,
  base: string,
  { leads, reported }: Tracking,
): z.infer<typeof SubmissionLink> {
  const { clicks, orders } = row;
  return {
    code: row.code,
    url: trackedUrl(base, row.code),
    own: row.own === 1,
    label: row.label,
    sub_id: row.sub_id,
    created_at: new Date(row.created_at).toISOString(),
    clicks: presentClicks(clicks, leads),
    conversions: presentOrders(orders, reported),
  };
}

function presentClicks(clicks: string | null, leads: boolean): z.infer<typeof Clicks> | null {
  // safe: submissionLinks makes objects of these figures.
  if (clicks !== null) return JSON.parse(clicks) as z.infer<typeof Clicks>;
  return leads ? NO_CLICKS : null;
}

function presentOrders(orders: string | null, reported: boolean): z.infer<typeof Conversions> | null {
  // safe: the same.
  if (orders !== null) return JSON.parse(orders) as z.infer<typeof Conversions>;
  return reported ? NO_ORDERS : null;
}
