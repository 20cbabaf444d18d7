import type { ClaimStatus } from "../../domain/claim-status.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import type { Message } from "../wire.ts";
import { headlineOf } from "./headline.ts";
import { small } from "./lines.ts";
import { container, linkButton, message, row, text } from "./message.ts";
import { nameText, postName } from "./post-line.ts";

/** A verdict as everybody in a campaign's channel may read it: who, where and how it stands, without the numbers. */
export function channelClaimCard(claim: ClaimStatus): Message {
  const { symbol, words, tone } = headlineOf(claim);
  const card = container(
    tone,
    text(
      `${symbol} **${words}**`,
      `**${postName(claim)}**`,
      small(nameText(claim.affiliateName), displayNameOf(claim.platform)),
    ),
    row(linkButton("Open post", claim.canonicalUrl)),
  );
  return message({ ephemeral: false, blocks: [card] });
}
