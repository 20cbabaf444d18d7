import type { ClaimStatus } from "../../domain/claim-status.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { customId } from "../custom-id.ts";
import { escapeMarkdown } from "../markdown.ts";
import type { ActionRow, Message } from "../wire.ts";
import { figures } from "./figures.ts";
import { remarks } from "./flag-words.ts";
import { headlineOf } from "./headline.ts";
import { small } from "./lines.ts";
import { button, container, divider, linkButton, message, row, text } from "./message.ts";
import { nextStep } from "./next-step.ts";
import { nameText, postName } from "./post-line.ts";
import { relativeTime } from "./timestamp.ts";

const MAX_REASONS = 8;
const MAX_REASON_TEXT = 300;

export interface ClaimCardOptions {
  /** For somebody who may have the claim checked again. */
  operator: boolean;
  ephemeral: boolean;
  /** ms UTC */
  now: number;
}

/** How the latest claim of a post stands: claim and truth, why, and what comes next. */
export function claimCard(claim: ClaimStatus, { operator, ephemeral, now }: ClaimCardOptions): Message {
  const { symbol, words, tone } = headlineOf(claim);
  const place = [displayNameOf(claim.platform), nameText(claim.campaignName)];
  const who = operator ? nameText(claim.affiliateName) : null;
  const card = container(
    tone,
    text(`### ${symbol} ${words}`, `**${postName(claim)}**`, small(who, ...place)),
    text(figures(claim)),
    text(...reasonLines(claim.reasons)),
    text(...remarks(claim)),
    divider(),
    text(`**${operator ? "For the affiliate" : "Next"}:** ${nextStep(claim)}`, times(claim, now)),
    operator ? text(small(`\`${claim.reportId}\``)) : null,
    buttons(claim, operator),
  );
  return message({ ephemeral, blocks: [card] });
}

/** A sentence stands by itself, several make a list. */
function reasonLines(reasons: readonly string[]): string[] {
  const shown = reasons
    .slice(0, MAX_REASONS)
    .map((reason) => escapeMarkdown(reason, { max: MAX_REASON_TEXT }));
  return shown.length > 1 ? shown.map((reason) => `- ${reason}`) : shown;
}

/** Of a claim that was looked at, the reasons say when it is looked at next; of one that waits, nothing else does. */
function times({ claimedAt, judgedAt, nextLookAt, putOff }: ClaimStatus, now: number): string | null {
  const isTold = putOff === null || nextLookAt === null || nextLookAt <= now;
  return small(
    `Claimed ${relativeTime(claimedAt)}`,
    judgedAt === null ? null : `judged ${relativeTime(judgedAt)}`,
    isTold ? null : `next look ${relativeTime(nextLookAt)}`,
  );
}

function buttons(claim: ClaimStatus, operator: boolean): ActionRow | null {
  const recheckable = operator && claim.status !== "SUPERSEDED";
  return row(
    linkButton("Open post", claim.canonicalUrl),
    button("secondary", "Refresh", customId("status", claim.submissionId)),
    recheckable ? button("primary", "Recheck", customId("recheck", claim.reportId)) : null,
  );
}
