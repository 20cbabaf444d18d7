import { listNamedAlerts, type NamedAlert } from "../../db/queries/alerts.ts";
import { ALERT_SEVERITIES, type AlertSeverity } from "../../domain/alert.ts";
import { notes } from "../../lib/fields.ts";
import { acknowledgeAlert } from "../../services/acknowledge-alert.ts";
import { AlertResolvedError } from "../../services/alert-resolved-error.ts";
import { resolveAlert } from "../../services/resolve-alert.ts";
import { alertCard, alertsCard } from "../cards/alerts-card.ts";
import { resolveModal } from "../cards/modals.ts";
import { type Answer, type Call, type Command, operatorOf, textOf } from "../command.ts";
import { readFields } from "../read-fields.ts";

/** Alerts on a page: each has its own buttons. */
const PAGE = 5;

/** `/desk alerts`, and the button to older ones: what nobody has resolved. */
export const alerts: Command = { audience: "operator", run: showAlerts };

/** The button that says somebody is looking. */
export const acknowledge: Command = { audience: "operator", once: () => true, run: acknowledgeOne };

/** The button that asks what was found out, and the form with the answer. */
export const resolve: Command = {
  audience: "operator",
  once: ({ kind }) => kind === "modal",
  run: (call) => (call.invocation.kind === "modal" ? resolveOne(call) : askNotes(call)),
};

async function showAlerts({ ctx, invocation }: Call): Promise<Answer> {
  const isPage = invocation.kind === "component";
  const [wanted, before = null] = isPage ? invocation.args : [textOf(invocation, "severity")];
  const severity: AlertSeverity | null = ALERT_SEVERITIES.find((known) => known === wanted) ?? null;
  const filters = {
    status: "UNRESOLVED",
    severity,
    category: null,
    campaignId: null,
    advertiserId: null,
  } as const;
  const rows = await listNamedAlerts(ctx.db, filters, { before: before || null, limit: PAGE });
  const page = rows.slice(0, PAGE);
  const next = rows.length > PAGE ? (page.at(-1)?.id ?? null) : null;
  return { message: alertsCard(page, { severity, next }) };
}

async function acknowledgeOne(call: Call): Promise<Answer> {
  const [id = ""] = call.invocation.args;
  return decided(acknowledgeAlert(call.ctx, operatorOf(call), { id, notes: null }));
}

async function askNotes({ invocation }: Call): Promise<Answer> {
  const [id = ""] = invocation.args;
  return { modal: resolveModal(id) };
}

async function resolveOne(call: Call): Promise<Answer> {
  const [id = ""] = call.invocation.args;
  const found = readFields({ notes: notes() }, { notes: textOf(call.invocation, "notes") ?? "" });
  return decided(resolveAlert(call.ctx, operatorOf(call), { id, ...found }));
}

/** The alert as it is now, also where somebody was faster: the buttons that were pressed are good no more. */
async function decided(decision: Promise<NamedAlert>): Promise<Answer> {
  try {
    return { message: alertCard(await decision) };
  } catch (error) {
    if (!(error instanceof AlertResolvedError)) throw error;
    return { message: alertCard(error.alert, { late: true }) };
  }
}
