import type { NamedAlert } from "../../db/queries/alerts.ts";
import { ALERT_SEVERITIES, type AlertSeverity } from "../../domain/alert.ts";
import { escapeMarkdown } from "../markdown.ts";
import type { Message } from "../wire.ts";
import { alertFacts, alertSubjects, symbolOf, toneOf } from "./alert-parts.ts";
import { listed, small } from "./lines.ts";
import { container, message, text } from "./message.ts";

const MOST_ALERTS = 10;

/** New alerts for the operators' channel, the gravest first. A webhook's message can carry no buttons of ours. */
export function channelAlerts(rows: readonly NamedAlert[]): Message {
  const sorted = rows.toSorted((a, b) => gravity(b.severity) - gravity(a.severity));
  const worst = sorted[0]?.severity ?? "LOW";
  const title = rows.length === 1 ? "A new alert" : `${rows.length} new alerts`;
  const card = container(
    toneOf(worst),
    text(`### ${symbolOf(worst)} ${title}`),
    ...listed(sorted.map(entry), MOST_ALERTS).map((lines) => text(lines)),
    text(small("Look after them with `/desk alerts`")),
  );
  return message({ ephemeral: false, blocks: [card] });
}

const gravity = (severity: AlertSeverity) => ALERT_SEVERITIES.indexOf(severity);

function entry(alert: NamedAlert): string {
  const title = `${symbolOf(alert.severity)} **${escapeMarkdown(alert.title, { max: 100 })}**`;
  const lines = [title, alertSubjects(alert), escapeMarkdown(alert.message, { max: 160 }), alertFacts(alert)];
  return lines.filter((line) => line !== null).join("\n");
}
