import type { SuspicionFlag } from "../../domain/suspicion.ts";

const WORDS: Readonly<Record<SuspicionFlag, string>> = {
  high_ctr: "many clicks for so few views",
  high_cvr: "many conversions for so few clicks",
  clicks_exceed_views: "more clicks than views",
  conversions_exceed_clicks: "more conversions than clicks",
  large_claim_without_evidence: "large numbers without evidence",
  metric_fell: "a number lower than last time",
  metric_spiked: "a number far higher than last time",
  claimed_ahead_of_time: "dated ahead of our clock",
  published_before_campaign: "published before the campaign began",
  not_own_post: "posted by another account than those connected",
  clicks_without_views: "more counted clicks than views",
  conversions_without_clicks: "more orders than counted clicks",
  click_burst: "many clicks within one minute",
  one_network: "many clicks from one network",
  fast_conversions: "orders moments after their click",
  automated_traffic: "many clicks that look automated",
};

const CONTESTED = "⚖️ **Contested:** somebody else claims this post too. An operator decides whose it is.";

/** What stands out about a claim, a line each: its flags, and that others claim the post. */
export function remarks(claim: { flags: readonly SuspicionFlag[]; contested: boolean }): string[] {
  // A newer version may have stored a flag that this one has no words for.
  const words = claim.flags.map((flag) => WORDS[flag] ?? "something unusual");
  const flagged = words.length === 0 ? [] : [`🔎 **We look closer:** ${[...new Set(words)].join(", ")}.`];
  return [...flagged, ...(claim.contested ? [CONTESTED] : [])];
}
