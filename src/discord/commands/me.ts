import { countPending } from "../../db/queries/pending-reports.ts";
import { trustBucket } from "../../domain/trust.ts";
import { standingCard } from "../cards/standing-card.ts";
import { type Answer, affiliateOf, type Call, type Command } from "../command.ts";

/** `/claim me`: trust, accuracy and what is pending. */
export const me: Command = { audience: "affiliate", run };

async function run(call: Call): Promise<Answer> {
  const { affiliateId, name, trust, total, accurate, suspended } = affiliateOf(call);
  const pending = await countPending(call.ctx.db, affiliateId);
  const bucket = trustBucket(trust);
  return { message: standingCard({ name, trust, bucket, total, accurate, pending, suspended }) };
}
