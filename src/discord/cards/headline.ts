import type { ClaimStatus } from "../../domain/claim-status.ts";
import { decidingMetric } from "../../domain/deciding-metric.ts";
import type { MissingReason, ReportStatus } from "../../domain/open-report.ts";
import type { Direction } from "../../domain/verdict.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import type { Tone } from "./tones.ts";

/** How a claim stands, in a few words that suit any reader: "✅ Matched". */
export interface Headline {
  symbol: string;
  words: string;
  tone: Tone;
}

/** As much of a claim as a headline needs; lists know less of theirs than a card. */
export type Headlined = Pick<ClaimStatus, "platform" | "state" | "status"> &
  Partial<Pick<ClaimStatus, "missingReason" | "truth" | "putOff">> & {
    /** Which way the claim is off, where the truth itself is not at hand. */
    direction?: Direction | null;
  };

const waiting = (words: string): Headline => ({ symbol: "⏳", words, tone: "waiting" });
const unknown = (words: string): Headline => ({ symbol: "⚪", words, tone: "neutral" });

export function headlineOf(claim: Headlined): Headline {
  const name = displayNameOf(claim.platform);
  switch (claim.state) {
    case "dead":
      return { symbol: "🛠️", words: "Stuck: an operator looks into it", tone: "waiting" };
    case "open":
      return openHeadline(claim, name);
    case "provisional":
      return waiting(`Above what ${name} shows so far`);
    case "final":
      return finalHeadline(claim, name);
  }
}

function openHeadline({ status, missingReason, putOff = null }: Headlined, name: string): Headline {
  if (putOff !== null) return waiting(`Waiting for ${name}`);
  if (status === null) return waiting("Being checked");
  if (status === "INCOMPLETE_PLATFORM_DATA") return waiting("Some numbers are still missing");
  if (status === "MISSING_PLATFORM_DATA" && missingReason) return waiting(SO_FAR[missingReason]);
  return waiting("Being checked again");
}

const SO_FAR: Readonly<Record<MissingReason, string>> = {
  gone: "Post not found so far",
  private: "Post not to be seen so far",
  no_data: "No numbers yet",
  unreadable: "No readable numbers yet",
  not_admitted: "No numbers yet",
};

function finalHeadline(claim: Headlined, name: string): Headline {
  const { status, missingReason, truth = {} } = claim;
  const direction = decidingMetric(truth)?.verdict.direction ?? claim.direction ?? "none";
  switch (status) {
    case null:
      return unknown("Closed without a verdict");
    case "MISSING_PLATFORM_DATA":
      return unknown(missing(missingReason ?? null, name));
    case "DISCREPANCY_LOW":
    case "DISCREPANCY_MEDIUM":
    case "DISCREPANCY_HIGH":
      return apart(status, direction, name);
    default:
      return plainEnding(status, name);
  }
}

/** The endings that need no more to be told than their name. */
function plainEnding(
  status: Exclude<ReportStatus, "MISSING_PLATFORM_DATA" | `DISCREPANCY_${string}`>,
  name: string,
): Headline {
  switch (status) {
    case "MATCHED":
      return { symbol: "✅", words: "Matched", tone: "good" };
    case "AFFILIATE_OVERCLAIMED":
      return { symbol: "🔴", words: `Claimed more than ${name} shows`, tone: "bad" };
    case "INCOMPLETE_PLATFORM_DATA":
      return unknown("Only partly checked");
    case "UNVERIFIABLE":
      return unknown("Could not be verified");
    case "SKIPPED_SUSPENDED":
      return { symbol: "⏸️", words: "Not judged: the account is suspended", tone: "neutral" };
    case "SUPERSEDED":
      return { symbol: "↪️", words: "Replaced by newer numbers", tone: "neutral" };
  }
}

type Discrepancy = Extract<ReportStatus, `DISCREPANCY_${string}`>;

const ABOVE: Readonly<Record<Discrepancy, readonly [symbol: string, words: string, tone: Tone]>> = {
  DISCREPANCY_LOW: ["🟡", "Slightly above", "warn"],
  DISCREPANCY_MEDIUM: ["🟠", "Above", "warn"],
  DISCREPANCY_HIGH: ["🔴", "Far above", "bad"],
};

const HOW_FAR: Readonly<Record<Discrepancy, string>> = {
  DISCREPANCY_LOW: "Slightly",
  DISCREPANCY_MEDIUM: "Somewhat",
  DISCREPANCY_HIGH: "Far",
};

/** A claim below the truth harms nobody, however far below it is, and one of which it is not known accuses nobody. */
function apart(status: Discrepancy, direction: Direction, name: string): Headline {
  const shows = `what ${name} shows`;
  if (direction === "under") {
    return { symbol: "🔵", words: `${HOW_FAR[status]} below ${shows}`, tone: "neutral" };
  }
  if (direction === "none") return { symbol: "🟡", words: `${HOW_FAR[status]} off ${shows}`, tone: "warn" };
  const [symbol, words, tone] = ABOVE[status];
  return { symbol, words: `${words} ${shows}`, tone };
}

function missing(reason: MissingReason | null, name: string): string {
  switch (reason) {
    case "gone":
      return `${name} shows no such post`;
    case "private":
      return `${name} does not show this post`;
    case "not_admitted":
      return `${name} could not be asked in time`;
    case "unreadable":
      return `${name} gave no readable numbers`;
    default:
      return `${name} gave no numbers`;
  }
}
