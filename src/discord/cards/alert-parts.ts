import type { NamedAlert } from "../../db/queries/alerts.ts";
import type { AlertCategory, AlertSeverity } from "../../domain/alert.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { customId } from "../custom-id.ts";
import { escapeMarkdown, maskedLink } from "../markdown.ts";
import type { ActionRow, Container, TextDisplay } from "../wire.ts";
import { small } from "./lines.ts";
import { button, container, row, text } from "./message.ts";
import { nameText } from "./post-line.ts";
import { relativeTime } from "./timestamp.ts";
import type { Tone } from "./tones.ts";

const SEVERITIES: Readonly<Record<AlertSeverity, readonly [symbol: string, tone: Tone, word: string]>> = {
  CRITICAL: ["🚨", "bad", "Critical"],
  HIGH: ["🔴", "bad", "High"],
  MEDIUM: ["🟠", "warn", "Medium"],
  LOW: ["🟡", "neutral", "Low"],
};

const CATEGORIES: Readonly<Record<AlertCategory, string>> = {
  FRAUD: "fraud",
  DATA_QUALITY: "data quality",
  SYSTEM_HEALTH: "system",
  TRUST: "trust",
};

export const symbolOf = (severity: AlertSeverity): string => SEVERITIES[severity][0];
export const toneOf = (severity: AlertSeverity): Tone => SEVERITIES[severity][1];
export const wordOf = (severity: AlertSeverity): string => SEVERITIES[severity][2];

/** One alert with the buttons that its state allows. */
export function alertContainer(alert: NamedAlert): Container {
  const tone = alert.status === "RESOLVED" ? "good" : toneOf(alert.severity);
  return container(tone, alertText(alert), alertButtons(alert));
}

function alertText(alert: NamedAlert): TextDisplay | null {
  const symbol = alert.status === "RESOLVED" ? "✅" : symbolOf(alert.severity);
  return text(
    `${symbol} **${escapeMarkdown(alert.title, { max: 120 })}**`,
    alertSubjects(alert),
    escapeMarkdown(alert.message, { max: 320 }),
    alertFacts(alert),
    progress(alert),
    alert.report_id === null ? null : small(`\`${alert.report_id.slice(0, 40)}\``),
  );
}

/** Whom and what it is about: "Ada Clips · Summer · YouTube post", the last a link; null if it names none of them. */
export function alertSubjects(alert: NamedAlert): string | null {
  const { affiliate_name: affiliate, campaign_name: campaign, post_url: url } = alert;
  const who = affiliate === null ? null : nameText(affiliate);
  const where = campaign === null ? null : nameText(campaign);
  const post = url === null ? null : maskedLink(`${platformText(alert) ?? ""} post`.trim(), url);
  const parts = [who === null ? null : `**${who}**`, where, post].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" · ");
}

const platformText = ({ platform }: NamedAlert): string | null =>
  platform === null ? null : escapeMarkdown(displayNameOf(platform), { max: 40 });

/** How grave, of which kind, how often and since when, in small print. */
export function alertFacts(alert: NamedAlert): string | null {
  const kind = `${wordOf(alert.severity)}, ${CATEGORIES[alert.category]}`;
  // A post is named with its platform.
  const platform = alert.post_url === null ? platformText(alert) : null;
  const times = alert.count > 1 ? `${alert.count} times` : null;
  return small(kind, platform, times, relativeTime(alert.last_seen_at));
}

function progress({ status, acknowledged_at, resolved_at, notes }: NamedAlert): string | null {
  const note = notes === null ? null : escapeMarkdown(notes, { max: 200 });
  if (status === "OPEN") return null;
  const [word, at] = status === "RESOLVED" ? ["Resolved", resolved_at] : ["Acknowledged", acknowledged_at];
  const since = at === null ? word : `${word} ${relativeTime(at)}`;
  return note ? `👀 ${since}: ${note}` : `👀 ${since}`;
}

function alertButtons({ id, status, report_id: reportId }: NamedAlert): ActionRow | null {
  if (status === "RESOLVED") return null;
  return row(
    status === "OPEN" ? button("primary", "Acknowledge", customId("ack", id)) : null,
    button("secondary", "Resolve", customId("resolve", id)),
    ...(reportId === null ? [] : reportButtons(reportId, id)),
  );
}

/** Two alerts may be about one report, and no two buttons of a message may carry the same: hence the alert's id, unread. */
function reportButtons(reportId: string, alertId: string) {
  return [
    button("secondary", "Show", customId("claim", reportId, alertId)),
    button("secondary", "Recheck", customId("recheck", reportId, alertId)),
  ];
}
