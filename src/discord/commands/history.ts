import { listSubmissions } from "../../db/queries/list-submissions.ts";
import { historyCard } from "../cards/history-card.ts";
import { type Answer, affiliateOf, type Call, type Command } from "../command.ts";

/** Posts on a page: what fits a message with a line or two each. */
const PAGE = 8;

/** `/claim history`, and the button to older posts. */
export const history: Command = { audience: "affiliate", run };

async function run(call: Call): Promise<Answer> {
  const [before = null] = call.invocation.kind === "component" ? call.invocation.args : [];
  const filters = { campaignId: null, affiliateId: null, platform: null, status: null };
  const { rows } = await listSubmissions(call.ctx.db, affiliateOf(call), filters, { before, limit: PAGE });
  const page = rows.slice(0, PAGE);
  return { message: historyCard(page, rows.length > PAGE ? (page.at(-1)?.id ?? null) : null) };
}
