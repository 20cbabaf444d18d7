import { toMetrics } from "../../db/queries/known-posts.ts";
import type { SubmissionRow } from "../../db/queries/list-submissions.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { ReportStatus } from "../../domain/open-report.ts";
import { countOf } from "../../domain/reasons.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { customId } from "../custom-id.ts";
import { maskedLink } from "../markdown.ts";
import type { Message } from "../wire.ts";
import { headlineOf } from "./headline.ts";
import { listed, small } from "./lines.ts";
import { button, container, message, row, text } from "./message.ts";
import { noticeCard } from "./notice-card.ts";
import { postName } from "./post-line.ts";
import { relativeTime } from "./timestamp.ts";

const MOST_POSTS = 10;

/**
 * A page of somebody's posts, newest first.
 *
 * @param next the last submission of this page if there are older ones
 */
export function historyCard(rows: readonly SubmissionRow[], next: string | null): Message {
  if (rows.length === 0) {
    const text = "Report your first with `/claim submit`, or with **Apps → Report this post** on a message.";
    return noticeCard({ tone: "neutral", title: "No posts here yet", text });
  }
  const card = container(
    "neutral",
    text("### Your posts"),
    ...listed(rows.map(entry), MOST_POSTS).map((lines) => text(lines)),
    text("-# All about one of them: `/claim status`"),
    row(next === null ? null : button("secondary", "Older", customId("history", next))),
  );
  return message({ ephemeral: true, blocks: [card] });
}

function entry(row: SubmissionRow): string {
  const { platform, state, title, direction, canonical_url: canonicalUrl } = row;
  // safe: the column's CHECK allows nothing else.
  const status = row.status as ReportStatus | null;
  const { symbol, words } = headlineOf({ platform, state, status, direction });
  const link = maskedLink(displayNameOf(platform), canonicalUrl);
  const about = small(words, firstCount(row.claimed), link, relativeTime(row.claimed_at));
  return `${symbol} **${postName({ title, canonicalUrl, platform })}**\n${about}`;
}

/** The first metric that was claimed stands for all. */
function firstCount(claimed: string): string | null {
  const metrics = toMetrics(claimed);
  for (const metric of METRICS) {
    const count = metrics[metric];
    if (count !== null) return countOf(count, metric);
  }
  return null;
}
