import type { NamedAlert } from "../../db/queries/alerts.ts";
import { ALERT_SEVERITIES } from "../../domain/alert.ts";
import { customId } from "../custom-id.ts";
import type { Message } from "../wire.ts";
import { alertContainer, wordOf } from "./alert-parts.ts";
import { andMore } from "./lines.ts";
import { button, message, row, text } from "./message.ts";
import { noticeCard } from "./notice-card.ts";

/** Each brings a container, a text and a row of four buttons: five leave room below a message's 40 components. */
const MOST_ALERTS = 5;

export interface AlertsPage {
  /** The only severity that was asked for. */
  severity: string | null;
  /** The last alert of this page if there are older ones. */
  next: string | null;
}

/** A page of alerts, each with its own buttons. */
export function alertsCard(rows: readonly NamedAlert[], { severity, next }: AlertsPage): Message {
  const known = ALERT_SEVERITIES.find((one) => one === severity);
  const kind = known === undefined ? "" : ` of severity ${wordOf(known).toLowerCase()}`;
  if (rows.length === 0) {
    return noticeCard({ tone: "good", title: "✅ All quiet", text: `There are no open alerts${kind}.` });
  }
  const more = rows.length - MOST_ALERTS;
  const older = customId("alerts", known ?? "ALL", next ?? "");
  return message({
    ephemeral: true,
    blocks: [
      text(`### Alerts${kind}`),
      ...rows.slice(0, MOST_ALERTS).map(alertContainer),
      more > 0 ? text(andMore(more)) : null,
      row(next === null ? null : button("secondary", "Older", older)),
    ],
  });
}

/**
 * One alert, as it is after somebody did something about it, with the way back to the others.
 *
 * @param late whoever reads it wanted to do something about it, and somebody else had resolved it before
 */
export function alertCard(alert: NamedAlert, { late = false } = {}): Message {
  const remark = late ? text(resolvedBefore(alert)) : null;
  const all = button("secondary", "All alerts", customId("alerts", "ALL", ""));
  return message({ ephemeral: true, blocks: [remark, alertContainer(alert), row(all)] });
}

function resolvedBefore({ resolved_by: by }: NamedAlert): string {
  return by === null
    ? "It was resolved already."
    : `It was resolved already, by \`${by.replaceAll("`", "").slice(0, 60)}\`.`;
}
