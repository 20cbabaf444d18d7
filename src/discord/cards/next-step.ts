import type { ClaimStatus } from "../../domain/claim-status.ts";
import { decidingMetric } from "../../domain/deciding-metric.ts";
import type { MissingReason } from "../../domain/open-report.ts";
import { platformFacts } from "../../platforms/facts.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { relativeTime } from "./timestamp.ts";

const UPDATE = "`/claim update`";
const CONNECT = "`/claim connect`";
const GONE_OR_PRIVATE: ReadonlySet<MissingReason | null> = new Set(["gone", "private"]);

/** What the affiliate can do now, or that there is nothing to do. */
export function nextStep(claim: ClaimStatus): string {
  switch (claim.state) {
    case "dead":
      return "Nothing to do. An operator was told, and the claim is not lost.";
    case "open":
      return whileOpen(claim);
    case "provisional":
      return "Nothing to do. Nothing counts against you while the numbers are still settling.";
    case "final":
      return afterVerdict(claim);
  }
}

function whileOpen(claim: ClaimStatus): string {
  const name = displayNameOf(claim.platform);
  if (claim.putOff !== null) return whilePutOff(claim.putOff, name);
  if (claim.status === null) return "Nothing to do. The verdict is usually here within moments.";
  if (GONE_OR_PRIVATE.has(claim.missingReason)) {
    return "Make sure that the post is online and public before the next look.";
  }
  return "Nothing to do. We look again by ourselves.";
}

/** Two of the reasons are the creator's to mend. */
function whilePutOff({ since, reason }: { since: number; reason: string }, name: string): string {
  if (reason === "not_connected")
    return `Connect your ${name} account with ${CONNECT}: the claim waits for that, a week at most.`;
  if (reason === "reconnect")
    return `Connect your ${name} account again with ${CONNECT}: ${name} wants your consent anew.`;
  return `${name} does not answer. We first tried ${relativeTime(since)} and keep trying: nothing is lost.`;
}

function afterVerdict(claim: ClaimStatus): string {
  const name = displayNameOf(claim.platform);
  switch (claim.status) {
    case "MATCHED":
      return `Nothing to do. When the post has grown, send newer numbers with ${UPDATE}.`;
    case "DISCREPANCY_LOW":
    case "DISCREPANCY_MEDIUM":
    case "DISCREPANCY_HIGH":
      return isBelow(claim)
        ? `Nothing counts against you. If you like, send the numbers that ${name} shows now with ${UPDATE}.`
        : `Send the numbers that ${name} shows now with ${UPDATE}.`;
    case "AFFILIATE_OVERCLAIMED":
      return `Send the numbers that ${name} shows now with ${UPDATE}.`;
    case "MISSING_PLATFORM_DATA":
      return afterNoData(claim, name);
    case "SKIPPED_SUSPENDED":
      return "Ask the team about your account. Once it is active again, the claim is judged.";
    case "SUPERSEDED":
      return "Nothing to do. Your newer numbers are judged instead.";
    default:
      return `It counts neither for you nor against you. Newer numbers go in with ${UPDATE}.`;
  }
}

function afterNoData(claim: ClaimStatus, name: string): string {
  const again = `send the numbers again with ${UPDATE}`;
  if (isOwnersOnly(claim))
    return `Connect the ${name} account that the post belongs to with ${CONNECT}, then ${again}.`;
  return GONE_OR_PRIVATE.has(claim.missingReason)
    ? `Make sure that the post is online and public, then ${again}.`
    : `To have it checked once more, ${again}.`;
}

const isOwnersOnly = ({ platform }: ClaimStatus) => platformFacts().get(platform)?.ownersOnly ?? false;

const isBelow = ({ truth }: ClaimStatus) => decidingMetric(truth)?.verdict.direction === "under";
