import type { BreakerPhase } from "../../domain/breaker.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { escapeMarkdown } from "../markdown.ts";
import type { Message } from "../wire.ts";
import { listed } from "./lines.ts";
import { container, message, text } from "./message.ts";
import { relativeTime } from "./timestamp.ts";
import type { Tone } from "./tones.ts";

export interface PlatformHealth {
  name: string;
  enabled: boolean;
  /** Whether its credentials are there. */
  configured: boolean;
  /** `unused` if it was never asked; null if nobody could tell. */
  breaker: BreakerPhase | "unused" | null;
  /** Whether an operator stopped the calls. */
  held: boolean;
  /** ms UTC */
  lastSuccessAt: number | null;
}

const MOST_PLATFORMS = 20;

/** Whether each platform answers. */
export function platformsCard(rows: readonly PlatformHealth[]): Message {
  const entries = listed(rows.map(entry), MOST_PLATFORMS).map((lines) => text(lines));
  const card = container(worstTone(rows), text("### Platforms"), ...entries);
  return message({ ephemeral: true, blocks: [card] });
}

function entry(platform: PlatformHealth): string {
  const { symbol, words } = conditionOf(platform);
  const { lastSuccessAt } = platform;
  const last = lastSuccessAt === null ? "" : `\n-# Last answer ${relativeTime(lastSuccessAt)}`;
  const name = escapeMarkdown(displayNameOf(platform.name), { max: 40 });
  return `${symbol} **${name}** ${words}${last}`;
}

interface Condition {
  symbol: string;
  words: string;
  tone: Tone;
}

/** What matters most of it: what is off on purpose before what fails. */
function conditionOf({ enabled, configured, breaker, held }: PlatformHealth): Condition {
  if (!enabled) return { symbol: "💤", words: "switched off", tone: "neutral" };
  if (!configured) return { symbol: "⚪", words: "has no credentials", tone: "neutral" };
  if (held) return { symbol: "✋", words: "held by an operator", tone: "warn" };
  switch (breaker) {
    case "open":
      return { symbol: "🔴", words: "does not answer, calls are paused", tone: "bad" };
    case "half_open":
      return { symbol: "🟠", words: "is being tried again", tone: "warn" };
    case "closed":
      return { symbol: "🟢", words: "answers", tone: "good" };
    case "unused":
      return { symbol: "⚪", words: "was not asked yet", tone: "neutral" };
    case null:
      return { symbol: "❔", words: "could not be looked at: its state is not known", tone: "warn" };
  }
}

function worstTone(rows: readonly PlatformHealth[]): Tone {
  const tones = rows.map((row) => conditionOf(row).tone);
  return (["bad", "warn", "good"] as const).find((tone) => tones.includes(tone)) ?? "neutral";
}
