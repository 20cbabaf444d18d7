/** A wake-up: what is to be said, and when, stands in D1, so a message may come twice, late or never. */
export type OutboxMessage =
  | { v: 1; kind: "entry" /** Of a row of the outbox. */; id: string }
  /** Alerts that the operators' channel was not told yet. */
  | { v: 1; kind: "alerts" };

/** The queue of what is to be said, as services see it. */
export interface Outbox {
  /** @throws if the queue does not take it; the sweep finds the entries again */
  wake(ids: readonly string[], delaySeconds?: number): Promise<void>;
  /** @throws if the queue does not take it; the next sweep asks again */
  wakeAlerts(): Promise<void>;
}
