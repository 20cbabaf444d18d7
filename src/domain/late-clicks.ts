import type { ClickMessage } from "./click.ts";

/**
 * The earliest click of each link that was counted when the clicks of its time may have been settled already. Clicks of
 * people alone: automated ones decide nothing.
 *
 * @returns `at` is the begin of the click's second, ms UTC: a claim is judged with all clicks of its second
 */
export function lateClicks(
  messages: readonly ClickMessage[],
  { countedAt, settleSeconds }: { countedAt: number; settleSeconds: number },
): { link: string; at: number }[] {
  const settledUntil = countedAt - settleSeconds * 1_000;
  const earliest = new Map<string, number>();
  for (const { l, t, k } of messages.flatMap(({ clicks }) => clicks)) {
    if (k === "automated" || t > settledUntil) continue;
    earliest.set(l, Math.min(t, earliest.get(l) ?? t));
  }
  return [...earliest].map(([link, at]) => ({ link, at: at - (at % 1_000) }));
}
