import { listOpenCampaigns } from "../../db/queries/open-campaigns.ts";
import { trackedUrl } from "../../domain/tracked-link.ts";
import { recogniseLink } from "../../platforms/recognise-link.ts";
import { submitPost } from "../../services/submit-post.ts";
import { campaignLookup, campaignOf, platformOfLink } from "../campaign-ref.ts";
import { receiptCard } from "../cards/receipt-card.ts";
import { claimedIn, evidenceOf, proofOf } from "../claim-input.ts";
import { type Answer, affiliateOf, type Call, type Command, textOf } from "../command.ts";
import { discordClaim } from "../discord-claim.ts";
import type { Invocation } from "../invocation.ts";
import { plainText } from "../markdown.ts";
import { type Choice, LIMITS } from "../wire.ts";

/** `/claim submit`: enters a post into a campaign with the numbers it is claimed to have. */
export const submit: Command = {
  audience: "affiliate",
  once: () => true,
  lookup: (invocation) => campaignLookup(invocation, textOf(invocation, "url")),
  slow,
  evenLate: true,
  run: (call) => submitFrom(call),
  complete: completeCampaign,
};

/** A share link has to be followed, and a file to be fetched. */
export function slow(invocation: Invocation): boolean {
  const link = recogniseLink(textOf(invocation, "url") ?? "");
  return link.kind === "share_link" || proofOf(invocation) !== null;
}

/** Submits what a command's options or a form's fields say. */
export async function submitFrom(call: Call, message?: { id: string; author_id: string }): Promise<Answer> {
  const { ctx, invocation, origin } = call;
  const affiliate = affiliateOf(call);
  const claimed = claimedIn(invocation);
  const campaign = campaignOf(call);
  const { json: evidence, files } = await evidenceOf(
    call,
    message === undefined ? {} : { discord_message: message },
  );
  const submitted = await submitPost(ctx, affiliate, {
    campaignId: campaign.id,
    url: textOf(invocation, "url") ?? "",
    platform: null,
    claimed,
    title: null,
    description: null,
    evidence,
    claimedAt: null,
    receivedAt: call.at,
    method: "DISCORD",
    discord: await discordClaim(call),
    origin,
  });
  const { PUBLIC_URL: base } = ctx.config;
  const extras = {
    campaignName: campaign.name === "" ? null : campaign.name,
    claimed,
    updated: false,
    files,
    trackedLink: campaign.has_landing === 1 && base !== "" ? trackedUrl(base, submitted.linkCode) : null,
  };
  return { message: receiptCard(submitted, extras) };
}

/** The campaigns that take this post, by what was typed of their names. */
export async function completeCampaign(call: Call): Promise<Choice[]> {
  const { ctx, invocation } = call;
  const campaigns = await listOpenCampaigns(ctx.db, {
    affiliateId: affiliateOf(call).affiliateId,
    platform: platformOfLink(textOf(invocation, "url")),
    name: textOf(invocation, "campaign") ?? "",
    now: ctx.now(),
    limit: LIMITS.choices,
  });
  return campaigns.map(({ id, name }) => ({
    name: plainText(name, { max: LIMITS.optionText }) || id,
    value: id,
  }));
}
