import { type AlertDraft, alertDraft } from "./alert.ts";
import type { OpenReport } from "./open-report.ts";
import { subjectOf } from "./report-alerts.ts";
import type { TrafficFlag } from "./suspicion.ts";

/** What the tracked links of a submission counted, and what its platform showed. */
export interface TrafficFacts {
  /** Null if the platform told none: then clicks are not held against them. */
  views: number | null;
  human: number;
  automated: number;
  uniqueHuman: number;
  /** Human clicks of the last days alone. */
  recentHuman: number;
  /** The most human clicks of any minute of these days. */
  peakMinute: number;
  /** Human clicks of these days by AS number; `?` for networks that are not known. */
  networks: Readonly<Record<string, number>>;
  orders: number;
  /** Orders sooner after their click than SIGNAL_FAST_SECONDS. */
  fast: number;
}

/** Thresholds; the meaning of each is in src/config.ts under the same name. */
export interface SignalThresholds {
  readonly SIGNAL_MIN_CLICKS: number;
  readonly SIGNAL_MIN_ORDERS: number;
  readonly SIGNAL_NETWORK_SHARE: number;
  readonly SIGNAL_AUTOMATED_SHARE: number;
  readonly SIGNAL_BURST_SHARE: number;
  readonly SIGNAL_FAST_SHARE: number;
  readonly SIGNAL_FAST_SECONDS: number;
}

/** Something that stands out of the traffic, with its numbers: `count` beside, or as a part of, `of`. */
export interface TrafficSignal {
  flag: TrafficFlag;
  /** Human clicks, orders, clicks of one minute, clicks of one network, fast orders, automated clicks: as the flag says. */
  count: number;
  /** Views, human clicks, orders or all clicks. */
  of: number;
  /** The AS number of `one_network`; null for other signals. */
  network: string | null;
  /** The same in words; holds numbers only, nothing that anybody typed. */
  sentence: string;
}

const NUMBER = new Intl.NumberFormat("en-US");

/** "1 click", "2,000 clicks". */
function counted(value: number, noun: string): string {
  return `${NUMBER.format(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** "400 of 500 clicks". */
function part(count: number, of: number, noun: string): string {
  return `${NUMBER.format(count)} of ${counted(of, noun)}`;
}

function funnel(facts: TrafficFacts, limits: SignalThresholds): TrafficSignal[] {
  const { views, human, uniqueHuman, orders } = facts;
  const signals: TrafficSignal[] = [];
  if (views !== null && human >= limits.SIGNAL_MIN_CLICKS && human > views) {
    const sentence = `${counted(human, "click")} by ${counted(uniqueHuman, "visitor")} were counted, but ${counted(views, "view")}.`;
    signals.push({ flag: "clicks_without_views", count: human, of: views, network: null, sentence });
  }
  if (orders >= limits.SIGNAL_MIN_ORDERS && orders > human) {
    const sentence = `${counted(orders, "order")} were reported, but ${counted(human, "click")} counted.`;
    signals.push({ flag: "conversions_without_clicks", count: orders, of: human, network: null, sentence });
  }
  return signals;
}

/** The largest network that is known, if any is. */
function largest(networks: TrafficFacts["networks"]): { network: string; clicks: number } | null {
  let found: { network: string; clicks: number } | null = null;
  for (const [network, clicks] of Object.entries(networks)) {
    if (network !== "?" && (found === null || clicks > found.clicks)) found = { network, clicks };
  }
  return found;
}

function crowding(facts: TrafficFacts, limits: SignalThresholds): TrafficSignal[] {
  const { recentHuman: human, peakMinute } = facts;
  if (human < limits.SIGNAL_MIN_CLICKS) return [];
  const signals: TrafficSignal[] = [];
  if (peakMinute / human > limits.SIGNAL_BURST_SHARE) {
    const sentence = `${part(peakMinute, human, "click")} came within one minute.`;
    signals.push({ flag: "click_burst", count: peakMinute, of: human, network: null, sentence });
  }
  const top = largest(facts.networks);
  if (top !== null && top.clicks / human > limits.SIGNAL_NETWORK_SHARE) {
    const sentence = `${part(top.clicks, human, "click")} came from one network (AS${top.network}).`;
    signals.push({ flag: "one_network", count: top.clicks, of: human, network: top.network, sentence });
  }
  return signals;
}

function haste({ orders, fast }: TrafficFacts, limits: SignalThresholds): TrafficSignal[] {
  if (orders < limits.SIGNAL_MIN_ORDERS || fast / orders <= limits.SIGNAL_FAST_SHARE) return [];
  const soon = `less than ${counted(limits.SIGNAL_FAST_SECONDS, "second")} after their click`;
  const sentence = `${part(fast, orders, "order")} came ${soon}.`;
  return [{ flag: "fast_conversions", count: fast, of: orders, network: null, sentence }];
}

function automation({ human, automated }: TrafficFacts, limits: SignalThresholds): TrafficSignal[] {
  const all = human + automated;
  if (all < limits.SIGNAL_MIN_CLICKS || automated / all <= limits.SIGNAL_AUTOMATED_SHARE) return [];
  const sentence = `${part(automated, all, "click")} are suspected automation.`;
  return [{ flag: "automated_traffic", count: automated, of: all, network: null, sentence }];
}

/**
 * What stands out of the traffic, in the order of TRAFFIC_FLAGS. Shares of exactly the threshold are fine; nothing is said
 * of fewer clicks or orders than the least. A signal is for people to look at: it never changes a count, a verdict or trust.
 */
export function signalsOf(facts: TrafficFacts, limits: SignalThresholds): TrafficSignal[] {
  return [funnel, crowding, haste, automation].flatMap((rule) => rule(facts, limits));
}

/** The case that signals open: one a submission while it is not resolved. @param signals at least one */
export function trafficAlert(report: OpenReport, signals: readonly TrafficSignal[]): AlertDraft {
  return alertDraft({
    ...subjectOf(report),
    cause: `traffic:${report.submissionId}`,
    category: "FRAUD",
    severity: "MEDIUM",
    title: "The traffic of a submission stands out",
    message: signals.map(({ sentence }) => sentence).join(" "),
  });
}
