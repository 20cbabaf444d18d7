import { z } from "@hono/zod-openapi";
import type { AffiliateRow } from "../../db/queries/affiliates.ts";
import { MAX_TRUST, TRUST_BUCKETS, trustBucket } from "../../domain/trust.ts";
import { Secret } from "../account-fields.ts";
import { Instant, id } from "../schemas.ts";

export const AFFILIATE_STATUSES = ["active", "suspended"] as const;

export const AffiliateId = id("aff", "The affiliate.");

/** Trust is stored in millionths and shown as a decimal. */
export const trustDecimal = (millionths: number): number => millionths / MAX_TRUST;

/** Only an admin and the affiliate itself see one, so its e-mail is part of it. */
export const Affiliate = z
  .object({
    id: AffiliateId,
    name: z.string(),
    email: z.string(),
    status: z.enum(AFFILIATE_STATUSES).openapi({ description: "A suspended affiliate submits nothing." }),
    trust: z
      .number()
      .min(0)
      .max(1)
      .openapi({ description: "Begins at 0.5; every change is in the ledger.", example: 0.51 }),
    trust_bucket: z.enum(TRUST_BUCKETS).openapi({ description: "Decides how soon and how often we look." }),
    total_submissions: z.int().openapi({ description: "Reports with a final verdict." }),
    accurate_submissions: z
      .int()
      .openapi({ description: "Those that matched in every metric they claimed." }),
    accuracy: z
      .number()
      .nullable()
      .openapi({ description: "accurate_submissions / total_submissions; null before the first verdict." }),
    discord_linked: z.boolean().openapi({ description: "Whether a Discord user acts for it." }),
    created_at: Instant,
    updated_at: Instant,
  })
  .openapi("Affiliate");

export const NewAffiliateAccount = Affiliate.extend({ api_key: Secret }).openapi("NewAffiliateAccount");

export function toAffiliate(row: AffiliateRow): z.infer<typeof Affiliate> {
  const { total_submissions, accurate_submissions } = row;
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    status: row.status,
    trust: trustDecimal(row.trust),
    trust_bucket: trustBucket(row.trust),
    total_submissions,
    accurate_submissions,
    accuracy: total_submissions === 0 ? null : accurate_submissions / total_submissions,
    discord_linked: row.discord_linked === 1,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}
