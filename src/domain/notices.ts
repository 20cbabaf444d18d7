import { knownMetrics, type Metric, type Metrics } from "./metrics.ts";

export const NOTICE_CODES = [
  "metric_not_verifiable",
  "metric_not_on_every_post",
  "metric_counted_by_link",
  "account_not_connected",
] as const;

/** What an affiliate should know of a claim that was accepted: said at once, not after the verdict. */
export interface Notice {
  code: (typeof NOTICE_CODES)[number];
  /** The metrics it is about; none if it is about the claim as a whole. */
  metrics: Metric[];
  detail: string;
}

export interface NoticedClaim {
  claimed: Metrics;
  /** As people write it: "YouTube". */
  platformName: string;
  platform: string;
  supports: readonly Metric[];
  sometimes: readonly Metric[];
  /** The metrics that the submission's tracked links count by now; none if absent. */
  counted?: readonly Metric[];
  /** The claim comes with its submission: it is older than what its link counts. */
  isFirst?: boolean;
  /** Only the owner's grant shows the post. */
  ownersOnly: boolean;
  /** The affiliate has an account there that works. */
  connected: boolean;
}

/** The notices of a claim, the gravest last. */
export function noticesOf(claim: NoticedClaim): Notice[] {
  const { platformName, platform, supports, sometimes, counted = [], isFirst = false } = claim;
  const claimed = knownMetrics(claim.claimed).filter((metric) => !supports.includes(metric));
  const byLink = claimed.filter((metric) => counted.includes(metric));
  const unseen = claimed.filter((metric) => !counted.includes(metric));
  const never = unseen.filter((metric) => !sometimes.includes(metric));
  const rarely = unseen.filter((metric) => sometimes.includes(metric));
  const notices: Notice[] = [];
  if (never.length > 0) {
    const rest = supports.length === 0 ? "" : ` It can show ${supports.join(", ")}.`;
    const detail = `${platformName} never shows ${never.join(", ")}: claims of that stay unverified.${rest}`;
    notices.push({ code: "metric_not_verifiable", metrics: never, detail });
  }
  if (rarely.length > 0) {
    const detail = `${platformName} shows ${rarely.join(", ")} of some posts only: elsewhere claims of that stay unverified.`;
    notices.push({ code: "metric_not_on_every_post", metrics: rarely, detail });
  }
  if (isFirst && byLink.length > 0) {
    const detail = `The tracked link of this submission counts ${byLink.join(", ")} from now on: that checks later claims, not this one.`;
    notices.push({ code: "metric_counted_by_link", metrics: byLink, detail });
  }
  if (claim.ownersOnly && !claim.connected) {
    const detail = `${platformName} shows posts to apps their owner authorised. Connect the account with POST /api/v1/connect/${platform}; the claim waits until then.`;
    notices.push({ code: "account_not_connected", metrics: [], detail });
  }
  return notices;
}
