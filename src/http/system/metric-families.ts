import type { Backlog, CounterRow, Operations } from "../../db/queries/operations.ts";
import type { GateSnapshot } from "../../domain/gate.ts";
import { LANES, type Lane } from "../../domain/lane.ts";
import type { Platform } from "../../domain/platform.ts";
import type { MetricFamily, Sample } from "../../domain/prometheus.ts";

/** What a counter of the database means, and the labels that its `/`-separated label names. */
const COUNTERS: Readonly<Record<string, { help: string; labels: readonly string[] }>> = {
  attempts: { help: "Answers of a platform that lacked what a report needed.", labels: ["platform"] },
  put_offs: { help: "Reports put off because their platform could not be asked.", labels: ["reason"] },
  vendor_calls: { help: "Calls to a platform.", labels: ["platform", "outcome"] },
  verdicts: { help: "Reports that got their final status.", labels: ["status"] },
};

/** A counter that this table does not know yet is shown all the same. */
const UNKNOWN_COUNTER = { help: "A counter of the database.", labels: ["label"] };

/** Kept in the same table, but by its moves: it falls as well. */
const AFFILIATES = "affiliates";

const BREAKER_STATES = ["closed", "half_open", "open"] as const;

/** What /metrics is made of. */
export interface Readings extends Operations {
  gates: ReadonlyMap<Platform, GateSnapshot | null>;
  /** Messages in each queue; null where the runtime does not count them. */
  queued: Readonly<Record<Lane, number | null>>;
  /** ms UTC */
  now: number;
}

function labelled(names: readonly string[], label: string): Record<string, string> {
  // The last label takes what is left, should a value ever hold a slash.
  const parts = label.split("/");
  return Object.fromEntries(
    names.map((name, i) => [name, i === names.length - 1 ? parts.slice(i).join("/") : (parts[i] ?? "")]),
  );
}

function counterFamilies(rows: readonly CounterRow[]): MetricFamily[] {
  const byName = Map.groupBy(
    rows.filter(({ name }) => name !== AFFILIATES),
    ({ name }) => name,
  );
  return [...byName].map(([name, some]) => {
    const { help, labels } = COUNTERS[name] ?? UNKNOWN_COUNTER;
    const samples = some.map(({ label, value }) => ({ labels: labelled(labels, label), value }));
    return { name: `claimcheck_${name}_total`, type: "counter", help, samples };
  });
}

const gauge = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
  name: `claimcheck_${name}`,
  type: "gauge",
  help,
  samples,
});

const single = (value: number): Sample[] => [{ labels: {}, value }];

/** How long the first has waited; nothing waiting is an age of 0. */
const ageSeconds = ({ oldest }: Backlog, now: number) =>
  oldest === null ? 0 : Math.max(0, (now - oldest) / 1_000);

function breakerSamples(gates: Readings["gates"]): Sample[] {
  return [...gates].flatMap(([platform, gate]) =>
    // A gate that cannot be reached has no state to show.
    gate === null
      ? []
      : BREAKER_STATES.map((state) => ({
          labels: { platform, state },
          value: Number(gate.breaker === state),
        })),
  );
}

function heldSamples(gates: Readings["gates"]): Sample[] {
  return [...gates].flatMap(([platform, gate]) =>
    gate === null ? [] : [{ labels: { platform }, value: Number(gate.held !== null) }],
  );
}

function queueSamples(queued: Readings["queued"]): Sample[] {
  return LANES.flatMap((lane) => {
    const value = queued[lane];
    return value === null ? [] : [{ labels: { lane }, value }];
  });
}

/** Everything /metrics shows. No label names a tenant, an affiliate or a post. */
export function metricFamilies({ counters, due, putOff, gates, queued, now }: Readings): MetricFamily[] {
  const buckets = counters
    .filter(({ name }) => name === AFFILIATES)
    .map(({ label, value }) => ({ labels: { bucket: label }, value }));
  return [
    ...counterFamilies(counters),
    gauge("affiliates", "Affiliates by trust bucket.", buckets),
    gauge("due_reports", "Reports that are due and not taken; counted to 10000.", single(due.reports)),
    gauge(
      "oldest_due_report_age_seconds",
      "How long the oldest of them is due.",
      single(ageSeconds(due, now)),
    ),
    gauge("put_off_reports", "Reports waiting for a platform; counted to 10000.", single(putOff.reports)),
    gauge("put_off_age_seconds", "How long the first of them waits.", single(ageSeconds(putOff, now))),
    gauge("queue_backlog", "Messages waiting in a lane's queue.", queueSamples(queued)),
    gauge("breaker_state", "1 for the state a platform's circuit breaker is in.", breakerSamples(gates)),
    gauge("platform_held", "1 while an operator holds the calls to a platform.", heldSamples(gates)),
  ];
}
