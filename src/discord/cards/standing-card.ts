import { MAX_TRUST, type TrustBucket } from "../../domain/trust.ts";
import type { Message } from "../wire.ts";
import { container, message, text } from "./message.ts";
import { nameText } from "./post-line.ts";
import type { Tone } from "./tones.ts";

export interface Standing {
  name: string;
  /** Millionths. */
  trust: number;
  bucket: TrustBucket;
  /** Reports with a final verdict. */
  total: number;
  /** Of these, the ones that matched in every metric they claimed. */
  accurate: number;
  /** Reports without a final verdict. */
  pending: number;
  suspended: boolean;
}

const BUCKETS: Readonly<Record<TrustBucket, readonly [tone: Tone, words: string, segment: string]>> = {
  high: ["good", "High", "🟩"],
  normal: ["good", "Normal", "🟩"],
  low: ["warn", "Low: your claims are checked first", "🟨"],
  critical: ["bad", "Very low: your claims are checked first", "🟥"],
};

const SEGMENTS = 10;
/** Seen on a dark and on a light ground. */
const EMPTY = "⬜";
const NUMBER = new Intl.NumberFormat("en-US");
const SHARE = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 0 });

/** How an affiliate stands: trust, accuracy, and what is still being checked. */
export function standingCard(standing: Standing): Message {
  const [tone, words, segment] = BUCKETS[standing.bucket];
  const matched = matchedOf(standing);
  const card = container(
    standing.suspended ? "bad" : worseOf(tone, matched.tone),
    text(`### ${nameText(standing.name) ?? "You"}`),
    standing.suspended
      ? text("⛔ **Your account is suspended.** New posts are refused; ask the team about it.")
      : null,
    text(`**Trust** ${score(standing.trust)}`, bar(standing.trust, segment), `-# ${words}`),
    text(matched.words, pendingOf(standing)),
  );
  return message({ ephemeral: true, blocks: [card] });
}

const score = (trust: number) => (trust / MAX_TRUST).toFixed(2);

function bar(trust: number, segment: string): string {
  const filled = Math.min(SEGMENTS, Math.max(0, Math.round((trust / MAX_TRUST) * SEGMENTS)));
  return segment.repeat(filled) + EMPTY.repeat(SEGMENTS - filled);
}

/** From this share of reports that matched on, it is good, or still fair. */
const GOOD_SHARE = 0.8;
const FAIR_SHARE = 0.5;

function matchedOf({ total, accurate }: Standing): { words: string; tone: Tone } {
  if (total === 0) return { words: "No verdicts yet", tone: "good" };
  const share = accurate / total;
  const symbol = share >= GOOD_SHARE ? "✅" : share >= FAIR_SHARE ? "🟡" : "🟠";
  const count = `**${NUMBER.format(accurate)}** of ${NUMBER.format(total)} reports matched`;
  return {
    words: `${symbol} ${count} (${SHARE.format(share)})`,
    tone: share >= GOOD_SHARE ? "good" : "warn",
  };
}

function pendingOf({ pending }: Standing): string {
  return pending === 0 ? "Nothing is being checked" : `⏳ **${NUMBER.format(pending)}** being checked`;
}

function worseOf(a: Tone, b: Tone): Tone {
  return (["bad", "warn"] as const).find((tone) => a === tone || b === tone) ?? a;
}
