import type { CounterDelta } from "../db/queries/rollup-upserts.ts";
import type { Settlement } from "../domain/settled.ts";

/** How many items there are of each key. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** What a commit adds to /metrics: final verdicts by status, attempts by platform, put-offs by reason. */
export function countersOf(settlements: readonly Settlement[]): CounterDelta[] {
  const toDeltas = (name: string, counts: Record<string, number>) =>
    Object.entries(counts).map(([label, by]) => ({ name, label, by }));
  const final = settlements.filter(({ state }) => state === "final");
  const attempted = settlements.filter(({ attempts, report }) => attempts > report.attempts);
  const waiting = settlements.flatMap(({ putOff }) => putOff ?? []);
  return [
    ...toDeltas(
      "verdicts",
      countBy(final, ({ status }) => status ?? "none"),
    ),
    ...toDeltas(
      "attempts",
      countBy(attempted, ({ report }) => report.post.platform),
    ),
    ...toDeltas(
      "put_offs",
      countBy(waiting, ({ reason }) => reason),
    ),
  ];
}
