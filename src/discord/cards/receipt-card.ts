import { METRICS, type Metrics } from "../../domain/metrics.ts";
import type { Notice } from "../../domain/notices.ts";
import { countOf } from "../../domain/reasons.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import type { EvidenceFile } from "../../services/read-attachment.ts";
import type { SubmittedPost } from "../../services/submit-post.ts";
import { customId } from "../custom-id.ts";
import { escapeMarkdown } from "../markdown.ts";
import type { Message } from "../wire.ts";
import { evidenceLine } from "./evidence-line.ts";
import { remarks } from "./flag-words.ts";
import { small } from "./lines.ts";
import { button, container, linkButton, message, row, text } from "./message.ts";
import { nameText } from "./post-line.ts";

export interface ReceiptExtras {
  campaignName: string | null;
  claimed: Metrics;
  /** Newer numbers of a post that was there, not a new post. */
  updated: boolean;
  /** What was attached as evidence. */
  files: readonly EvidenceFile[];
  /** The address of a new submission's tracked link; null where it leads nowhere, or was told already. */
  trackedLink: string | null;
}

/** That a claim was taken and what of it stands out, before anything was checked. */
export function receiptCard(submitted: SubmittedPost, extras: ReceiptExtras): Message {
  const { identity, notices, suspicionFlags: flags, contested, submissionId } = submitted;
  const campaign = extras.campaignName === null ? null : nameText(extras.campaignName);
  const card = container(
    "waiting",
    text(
      `### ⏳ ${extras.updated ? "New numbers received" : "Received"}: being checked`,
      claimedText(extras.claimed),
      small(displayNameOf(identity.platform), campaign),
    ),
    text(...extras.files.map(evidenceLine)),
    text(...notices.map((notice) => `ℹ️ ${noticeText(notice, displayNameOf(identity.platform))}`)),
    text(...remarks({ flags, contested })),
    text(trackedLinkText(extras.trackedLink)),
    text(whatComes(notices)),
    row(
      linkButton("Open post", identity.canonicalUrl),
      button("secondary", "Refresh", customId("status", submissionId)),
    ),
  );
  return message({ ephemeral: true, blocks: [card] });
}

function trackedLinkText(url: string | null): string | null {
  return url === null
    ? null
    : `🔗 Share ${url} with the post: clicks on it and orders it brings count from now on.`;
}

function whatComes(notices: readonly Notice[]): string {
  return notices.some(({ code }) => code === "account_not_connected")
    ? "The verdict comes once the account is connected (`/claim connect`)."
    : "The verdict comes by itself. Until then you can close this.";
}

/** What the API says of a request to make is for programs; the rest is for people as it stands. */
function noticeText({ code, detail }: Notice, platform: string): string {
  if (code !== "account_not_connected") return escapeMarkdown(detail, { max: 400 });
  return `Connect your ${platform} account: the claim waits for that, a week at most.`;
}

/** "**12,000 views**, **300 clicks**": what is not claimed is not named. */
function claimedText(claimed: Metrics): string | null {
  const counts = METRICS.flatMap((metric) => {
    const count = claimed[metric];
    return count === null ? [] : [`**${countOf(count, metric)}**`];
  });
  return counts.length === 0 ? null : `You claim ${counts.join(", ")}.`;
}
