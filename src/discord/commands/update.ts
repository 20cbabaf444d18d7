import { findOwnPosts } from "../../db/queries/own-posts.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { replaceClaim } from "../../services/update-claim.ts";
import { receiptCard } from "../cards/receipt-card.ts";
import { claimedIn, evidenceOf, proofOf } from "../claim-input.ts";
import { type Answer, affiliateOf, type Call, type Command, textOf } from "../command.ts";
import { discordClaim } from "../discord-claim.ts";
import { plainText } from "../markdown.ts";
import { postRefOf } from "../post-ref.ts";
import { type Choice, LIMITS } from "../wire.ts";

/** `/claim update`: newer numbers of a post that was submitted. */
export const update: Command = {
  audience: "affiliate",
  once: () => true,
  lookup: postRefOf,
  slow: (invocation) => proofOf(invocation) !== null,
  run,
  complete: completePost,
};

async function run(call: Call): Promise<Answer> {
  const { ctx, invocation, entry, origin } = call;
  const claimed = claimedIn(invocation);
  const { json: evidence, files } = await evidenceOf(call);
  const submitted = await replaceClaim(ctx, affiliateOf(call), entry.submission, {
    claimed,
    evidence,
    claimedAt: null,
    receivedAt: call.at,
    method: "DISCORD",
    discord: await discordClaim(call),
    origin,
  });
  const campaignName = entry.submission?.campaign_name ?? null;
  return {
    message: receiptCard(submitted, { campaignName, claimed, updated: true, files, trackedLink: null }),
  };
}

/** The caller's own posts, by what was typed of title, address or campaign. */
export async function completePost(call: Call): Promise<Choice[]> {
  const posts = await findOwnPosts(call.ctx.db, {
    affiliateId: affiliateOf(call).affiliateId,
    text: textOf(call.invocation, "post") ?? "",
    limit: LIMITS.choices,
  });
  return posts.map(
    ({ submission_id: value, platform, external_id: externalId, title, campaign_name: campaign }) => ({
      name: plainText(`${displayNameOf(platform)} · ${title ?? externalId} · ${campaign}`, {
        max: LIMITS.optionText,
      }),
      value,
    }),
  );
}
