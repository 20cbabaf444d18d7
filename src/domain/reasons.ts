import { decidingMetric } from "./deciding-metric.ts";
import type { MetricVerdict, Verdict } from "./judge.ts";
import type { MetricSource } from "./metric-source.ts";
import { knownMetrics, METRICS, type Metric } from "./metrics.ts";
import type { MissingReason } from "./open-report.ts";
import type { ReasonContext } from "./reason-context.ts";
import { utcDay } from "./time.ts";

/** To whom a sentence speaks: to the creator, or to somebody else about the creator. */
export type Audience = "creator" | "others";

const WORDS = {
  creator: { You: "You", you: "you", your: "your" },
  others: { You: "The affiliate", you: "the affiliate", your: "the" },
} as const satisfies Record<Audience, Record<string, string>>;

/** A lower bound this close to the upper one is not worth a sentence. */
const NARROW = 0.99;

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

const NOUNS: Record<Metric, [one: string, many: string]> = {
  views: ["view", "views"],
  clicks: ["click", "clicks"],
  conversions: ["conversion", "conversions"],
  likes: ["like", "likes"],
  comments: ["comment", "comments"],
  shares: ["share", "shares"],
};

/** "12,001 views", "1 view". */
export function countOf(value: number, metric: Metric): string {
  return `${NUMBER.format(value)} ${NOUNS[metric][value === 1 ? 0 : 1]}`;
}

/** "12:00 UTC", with the date if it is another day than the claim's. */
export function instantBeside(at: number, claimedAt: number): string {
  const time = `${TIME.format(at)} UTC`;
  return utcDay(at) === utcDay(claimedAt) ? time : `${time} on ${DATE.format(at)}`;
}

/** Who told of a metric, and what, oldest first. */
function told(metric: Metric, { observations }: ReasonContext) {
  const readings = observations
    .flatMap(({ at, source, metrics }) => {
      const value = metrics[metric];
      return typeof value === "number" ? [{ at, source, value }] : [];
    })
    .sort((a, b) => a.at - b.at);
  return { source: readings[0]?.source ?? "platform_api", readings };
}

const WHO = {
  platform_api: ({ platformName }: ReasonContext) => `${platformName} showed`,
  advertiser: () => "the advertiser reported",
  tracking_link: (_: ReasonContext, audience: Audience) => `${WORDS[audience].your} tracked link counted`,
} as const satisfies Record<MetricSource, (context: ReasonContext, audience: Audience) => string>;

/** What was told of a metric: "YouTube showed 10,000 at 11:30 UTC and 11,000 at 12:30 UTC". */
function tidings(
  metric: Metric,
  context: ReasonContext,
  audience: Audience,
): { text: string; times: number } {
  const { source, readings } = told(metric, context);
  const who = WHO[source](context, audience);
  if (source === "tracking_link") {
    // Our own count is that of the claim's instant; what it counted within the claim's second may be before or after it.
    const counts = [...new Set(readings.map(({ value }) => NUMBER.format(value)))];
    const by = instantBeside(context.claimedAt, context.claimedAt);
    return { text: `${who} ${counts.join(" to ")} by ${by}`, times: counts.length };
  }
  const texts = readings.map(
    ({ at, value }) => `${NUMBER.format(value)} at ${instantBeside(at, context.claimedAt)}`,
  );
  const different = [...new Set(texts)];
  return { text: `${who} ${different.join(" and ")}`, times: different.length };
}

function comparison(verdict: MetricVerdict, audience: Audience): string {
  const percent = `${PERCENT.format(verdict.ratio * 100)} %`;
  if (verdict.difference === 0) return "That fits.";
  const more = verdict.direction === "over" ? "more" : "less";
  // A ratio to a truth of nothing says nothing.
  const ofNothing = verdict.direction === "over" && verdict.high < 1;
  if (verdict.level === "none") {
    return ofNothing ? "That is tolerated." : `That is ${percent} ${more}, within what is tolerated.`;
  }
  if (verdict.direction === "under")
    return `That is ${percent} less. A claim below the truth costs ${WORDS[audience].you} nothing.`;
  return ofNothing ? "There were none." : `That is ${percent} more.`;
}

/** How far growth may have carried the count since, where that decides: a later number alone does not explain it. */
function allowance({ low, high, direction }: MetricVerdict, audience: Audience): string[] {
  if (direction === "over" || low >= NARROW * high) return [];
  const range = `${NUMBER.format(Math.ceil(low))} and ${NUMBER.format(Math.floor(high))}`;
  return [`Between ${range} is possible at the time of ${WORDS[audience].your} claim.`];
}

function judgedSentence(
  metric: Metric,
  verdict: MetricVerdict,
  context: ReasonContext,
  audience: Audience,
): string {
  const partly = inPart(metric, verdict, context, audience);
  const claim = `${WORDS[audience].You} claimed ${countOf(verdict.claimed, metric)}`;
  const { text, times } = tidings(metric, context, audience);
  // Two readings are the bounds themselves.
  const grown = times === 1 ? allowance(verdict, audience) : [];
  return [`${claim}; ${text}.`, ...grown, ...(partly ?? [comparison(verdict, audience)])].join(" ");
}

/** What a count that began after the post did leaves open; null of any other, and where the claim lies below it. */
function inPart(
  metric: Metric,
  verdict: MetricVerdict,
  { countedSince, claimedAt }: ReasonContext,
  audience: Audience,
): string[] | null {
  const since = countedSince?.[metric];
  if (since === undefined || (verdict.direction === "under" && verdict.level !== "none")) return null;
  const [first = "", ...rest] = NOUNS[metric][1];
  const unknown = `${first.toUpperCase()}${rest.join("")} from before ${instantBeside(since, claimedAt)} are not known`;
  if (verdict.level === "none") return [comparison(verdict, audience), `${unknown}, so it earns no trust.`];
  return [`${unknown}, so this is not held against ${WORDS[audience].you}.`];
}

function list(metrics: readonly Metric[]): string {
  return metrics.map((metric) => NOUNS[metric][1]).join(", ");
}

/** Why a verdict waits: whose number decides may not be complete. */
function lateness({ metrics }: Verdict, context: ReasonContext): string {
  const metric = decidingMetric(metrics, knownMetrics(context.countedSince ?? {}))?.metric ?? "views";
  if (told(metric, context).source !== "tracking_link") return `${context.platformName} publishes late`;
  return metric === "clicks" ? "Clicks take a moment to be counted" : "Orders may be reported late";
}

function closing(verdict: Verdict, context: ReasonContext, audience: Audience): string[] {
  const next = context.nextLookAt === null ? null : instantBeside(context.nextLookAt, context.claimedAt);
  const again = next === null ? [] : [`We look again at ${next}.`];
  if (verdict.provisional) {
    const late = `${lateness(verdict, context)}, so nothing is counted against ${WORDS[audience].you} yet.`;
    return [[late, ...again].join(" ")];
  }
  if (next !== null) return again;
  // What a count in part leaves open is said with its metric.
  const counted = knownMetrics(context.countedSince ?? {}).some((metric) => metric in verdict.metrics);
  if (verdict.status === "UNVERIFIABLE" && verdict.weak && !counted) {
    return [
      `Only numbers from before ${WORDS[audience].your} claim are known. An overclaim is never concluded from old numbers.`,
    ];
  }
  return [];
}

/** Why nothing is known of a claimed metric, and what to do about it. */
function unavailableReasons(
  { unavailable }: Verdict,
  { platformName, sometimes = [], notTaken = [], countedLater = [] }: ReasonContext,
): string[] {
  const taken = unavailable.filter((metric) => !notTaken.includes(metric));
  const never = taken.filter((metric) => !sometimes.includes(metric));
  const notHere = taken.filter((metric) => sometimes.includes(metric));
  const elsewhere = unavailable.filter((metric) => notTaken.includes(metric));
  const later = unavailable.filter((metric) => countedLater.includes(metric));
  const sentences: [about: Metric[], sentence: string][] = [
    [never, `${platformName} never publishes ${list(never)}, so these could not be checked.`],
    [
      notHere,
      `${platformName} publishes ${list(notHere)} of some posts only, and none of this one, so these could not be checked.`,
    ],
    [elsewhere, `Nobody whose word the campaign takes gave a number for: ${list(elsewhere)}.`],
    [later, `What the submission's tracked link counts is known from when it was made: ${list(later)}.`],
  ];
  return sentences.flatMap(([about, sentence]) => (about.length === 0 ? [] : [sentence]));
}

/**
 * The verdict in sentences a creator understands, one per metric in the usual order, then what happens next, e.g.
 * "You claimed 12,001 views; YouTube showed 10,000 at 12:00 UTC. That is 20.01 % more."
 */
export function verdictReasons(
  verdict: Verdict,
  context: ReasonContext,
  audience: Audience = "creator",
): string[] {
  const reasons = METRICS.flatMap((metric) => {
    const judged = verdict.metrics[metric];
    return judged ? [judgedSentence(metric, judged, context, audience)] : [];
  });
  if (verdict.missing.length > 0) {
    reasons.push(`${context.platformName} gave no number for: ${list(verdict.missing)}.`);
  }
  reasons.push(...unavailableReasons(verdict, context));
  return [...reasons, ...closing(verdict, context, audience)];
}

const WAITED_FOR: Readonly<Record<string, string>> = {
  not_connected: "shows the post to its owner's app alone, and no account was connected in time.",
  reconnect: "wants the owner's consent again, and the account was not connected again in time.",
};

/** That the post is another account's than the affiliate's own. */
export function foreignPostReason(platformName: string, audience: Audience = "creator"): string {
  const whose = audience === "creator" ? "you have" : "the affiliate has";
  return `${platformName} names another author than the accounts ${whose} connected, so a match earns no trust.`;
}

/** That a post whose numbers only its owner may see is another account's. */
export function notTheirsReason(platformName: string): string {
  return `${platformName} says that this post belongs to another account than those connected, so its numbers are not shown or judged.`;
}

/** Why a report was not judged. */
export function absentReasons(
  reason: MissingReason | "suspended",
  context: Pick<ReasonContext, "platformName" | "claimedAt" | "nextLookAt"> & {
    /** Only the owner's grant shows the post: that it is not there does not tell whether it exists. */
    ownersOnly?: boolean;
    /** What the wait for the platform was about, if it was one. */
    waitedFor?: string;
  },
): string[] {
  const { platformName } = context;
  const notAdmitted = WAITED_FOR[context.waitedFor ?? ""] ?? "could not be asked for too long.";
  const sentence = {
    gone: context.ownersOnly
      ? `${platformName} shows no such post to the connected account: it was deleted, is private or is somebody else's.`
      : `${platformName} says that this post does not exist.`,
    private: `${platformName} says that this post is private, so its numbers cannot be seen.`,
    no_data: `${platformName} gave no numbers for this post.`,
    unreadable: `${platformName} gave an answer for this post that could not be read.`,
    not_admitted: `${platformName} ${notAdmitted}`,
    suspended: "The account was suspended when this report was due, so it was not judged.",
  }[reason];
  if (context.nextLookAt === null) return [sentence];
  return [sentence, `We look again at ${instantBeside(context.nextLookAt, context.claimedAt)}.`];
}
