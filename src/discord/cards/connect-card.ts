import type { Platform } from "../../domain/platform.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { maskedLink } from "../markdown.ts";
import type { Message } from "../wire.ts";
import { container, linkButton, message, row, text } from "./message.ts";
import { relativeTime } from "./timestamp.ts";

export interface ConnectCard {
  platform: Platform;
  /** The platform's page of consent. */
  authorizationUrl: string;
  /** ms UTC */
  expiresAt: number;
}

/** The longest address in a text of ours: half of all that a message may say. */
const LONGEST_LINK = 2_000;

/** The way to a platform's page of consent: a button, or a link in the text where a button takes no address so long. */
export function connectCard({ platform, authorizationUrl, expiresAt }: ConnectCard): Message {
  const name = displayNameOf(platform);
  const authorise = `Authorise on ${name}`;
  const button = linkButton(authorise, authorizationUrl);
  const card = container(
    "neutral",
    text(
      `### 🔗 Connect your ${name} account`,
      `${name} shows the numbers of a post only with its owner's consent. Sign in there as the account that your posts belong to.`,
      "Claims that wait for this account are judged afterwards.",
    ),
    button === null ? text(`**${maskedLink(authorise, authorizationUrl, LONGEST_LINK)}**`) : row(button),
    text(`-# Good once, for you alone. Ends ${relativeTime(expiresAt)}`),
  );
  return message({ ephemeral: true, blocks: [card] });
}
