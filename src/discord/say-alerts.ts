import type { Ctx } from "../context.ts";
import {
  ANNOUNCED_AT_ONCE,
  type Announced,
  leaseAlerts,
  settleAlerts,
} from "../db/queries/alert-announcements.ts";
import type { NamedAlert } from "../db/queries/alerts.ts";
import type { Delivery } from "../db/queries/channel-deliveries.ts";
import { wakeAlerts } from "../services/wake-outbox.ts";
import { channelAlerts } from "./cards/channel-alerts.ts";
import { ALERTS_SINGLY, alertsLeaseMs } from "./leases.ts";
import type { Megaphone, Spoken } from "./megaphone.ts";

/** Tells the operators' channel of new alerts, the gravest first, several in one message. */
export async function sayAlerts(ctx: Ctx, megaphone: Megaphone): Promise<void> {
  const now = ctx.now();
  const leasedUntil = now + alertsLeaseMs(ctx.config);
  const { alerts, channel } = await leaseAlerts(ctx.db, { now, until: leasedUntil });
  if (channel === null || alerts.length === 0) return;
  const told = await tell(alerts, async (some) => {
    const spoken = await megaphone(channel, channelAlerts(some));
    report(ctx, some, spoken);
    const delivery = spoken.kind === "sent" ? spoken.delivery : null;
    return { alerts: some, againAt: announcedAgainAt(spoken, leasedUntil, ctx.now()), delivery };
  });
  const rest = alerts.slice(told.flatMap((one) => one.alerts).length);
  const untold = rest.length === 0 ? [] : [{ alerts: rest, againAt: ctx.now(), delivery: null }];
  await settleAlerts(ctx.db, [...told, ...untold], { leasedUntil, now: ctx.now() });
  const mayBeMore = rest.length > 0 || alerts.length === ANNOUNCED_AT_ONCE;
  if (mayBeMore && told.every(({ delivery }) => leavesTheWayFree(delivery))) await wakeAlerts(ctx);
}

/**
 * Tells alerts in one message. If Discord refuses that for one of them, the first are told one by one, so that only what is
 * refused by itself is dropped; the others have their turn again together.
 */
async function tell(
  alerts: readonly NamedAlert[],
  say: (some: readonly NamedAlert[]) => Promise<Announced>,
): Promise<Announced[]> {
  const together = await say(alerts);
  if (alerts.length === 1 || !isRefused(together.delivery)) return [together];
  const singly: Announced[] = [];
  for (const alert of alerts.slice(0, ALERTS_SINGLY)) singly.push(await say([alert]));
  return singly;
}

function report(ctx: Ctx, alerts: readonly NamedAlert[], spoken: Spoken): void {
  const sent = spoken.kind === "sent" ? spoken.delivery.sent : null;
  const detail = sent === null || sent.kind === "delivered" ? null : sent.detail;
  ctx.log.info("alerts_announced", { alerts: alerts.length, outcome: sent?.kind ?? spoken.kind, detail });
  const [only] = alerts;
  if (alerts.length === 1 && spoken.kind === "sent" && isRefused(spoken.delivery)) {
    ctx.log.error("alert_refused", null, { alert_id: only?.id, detail });
  }
}

/** Whether Discord will not have this very message. */
const isRefused = (delivery: Delivery | null): boolean =>
  delivery?.sent.kind === "refused" && !delivery.sent.gone;

/** Whether the next message may follow at once. */
const leavesTheWayFree = (delivery: Delivery | null): boolean =>
  isRefused(delivery) || (delivery?.sent.kind === "delivered" && delivery.sent.blockedForMs === 0);

/** When alerts are due again, ms UTC; null if they were told, or Discord will not have them however often it is asked. */
function announcedAgainAt(spoken: Spoken, leasedUntil: number, now: number): number | null {
  if (spoken.kind === "waits") return spoken.until;
  // The sweep passes a dead channel over, and one that is set anew begins with what is new.
  if (spoken.kind === "dead") return leasedUntil;
  const { sent } = spoken.delivery;
  if (sent.kind === "retry") return now + sent.afterMs;
  return sent.kind === "refused" && sent.gone ? leasedUntil : null;
}
