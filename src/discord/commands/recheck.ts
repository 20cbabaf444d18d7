import { REPORT_STATES } from "../../domain/open-report.ts";
import { requestRun } from "../../services/request-run.ts";
import { button } from "../cards/message.ts";
import { noticeCard } from "../cards/notice-card.ts";
import { type Answer, type Call, type Command, textOf } from "../command.ts";
import { customId } from "../custom-id.ts";

/** `/desk recheck`, and the button on a claim: has a report judged again. */
export const recheck: Command = { audience: "operator", once: () => true, run };

async function run({ ctx, invocation, origin }: Call): Promise<Answer> {
  const id =
    invocation.kind === "component" ? (invocation.args[0] ?? "") : (textOf(invocation, "report") ?? "");
  const request = { set: { of: "report", id }, states: REPORT_STATES, after: null } as const;
  const { reportIds } = await requestRun(ctx, request, origin);
  const [tone, title, text] = reportIds.length > 0 ? ON_ITS_WAY : NOTHING_TO_DO;
  const show = button("secondary", "Show", customId("claim", id));
  return { message: noticeCard({ tone, title, text, button: show }) };
}

const ON_ITS_WAY = ["good", "On its way", "The report is judged again within seconds."] as const;
const NOTHING_TO_DO = [
  "neutral",
  "Nothing to do",
  "The report is being judged at this moment, or was replaced by a newer one.",
] as const;
