import { z } from "@hono/zod-openapi";
import { TRUST_BUCKETS, trustBucket } from "../../domain/trust.ts";
import { AFFILIATE_STATUSES, trustDecimal } from "../affiliates/schemas.ts";
import { id } from "../schemas.ts";

/** Who an affiliate is and how far it is trusted: what an advertiser may know too, so without its address. */
export const STANDING = {
  affiliate_id: id("aff", "The affiliate."),
  name: z.string(),
  status: z.enum(AFFILIATE_STATUSES),
  trust: z.number().openapi({ example: 0.51 }),
  trust_bucket: z.enum(TRUST_BUCKETS),
  total_submissions: z.int().openapi({ description: "Reports with a final verdict, in every campaign." }),
  accurate_submissions: z.int().openapi({ description: "Those that matched in every metric they claimed." }),
  accuracy: z
    .number()
    .nullable()
    .openapi({ description: "accurate_submissions / total_submissions; null before the first verdict." }),
};

/** An affiliate as it is stored. */
interface StandingRow {
  id: string;
  name: string;
  status: (typeof AFFILIATE_STATUSES)[number];
  trust: number;
  total_submissions: number;
  accurate_submissions: number;
}

/** The wire's form of {@link STANDING}. */
export function presentStanding(row: StandingRow) {
  const { total_submissions, accurate_submissions } = row;
  return {
    affiliate_id: row.id,
    name: row.name,
    status: row.status,
    trust: trustDecimal(row.trust),
    trust_bucket: trustBucket(row.trust),
    total_submissions,
    accurate_submissions,
    accuracy: total_submissions === 0 ? null : accurate_submissions / total_submissions,
  };
}
