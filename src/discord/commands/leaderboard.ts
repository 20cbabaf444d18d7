import { readLeaderboard } from "../../db/queries/leaderboard.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { campaignLookup, campaignOf } from "../campaign-ref.ts";
import { leaderboardCard } from "../cards/leaderboard-card.ts";
import { type Answer, affiliateOf, type Call, type Command } from "../command.ts";
import { completeCampaign } from "./submit.ts";

/** `/claim leaderboard`: who has the most verified views in a campaign. */
export const leaderboard: Command = {
  audience: "affiliate",
  lookup: (invocation) => campaignLookup(invocation, null),
  run,
  complete: completeCampaign,
};

async function run(call: Call): Promise<Answer> {
  const { affiliateId } = affiliateOf(call);
  const board = await readLeaderboard(call.ctx.db, { campaignId: campaignOf(call).id, affiliateId });
  if (board === null)
    throw new ClaimcheckError("not_found", "There is no such campaign that is open to you.");
  const rows = board.top.map(({ affiliate_id, name, posts, views }, i) => ({
    rank: i + 1,
    name,
    posts,
    views,
    own: affiliate_id === affiliateId,
  }));
  const { own } = board;
  if (own !== null && !rows.some((row) => row.own)) {
    rows.push({ rank: own.before + 1, name: own.name, posts: own.posts, views: own.views, own: true });
  }
  return { message: leaderboardCard({ campaignName: board.campaignName, rows }) };
}
