import { METRICS, type Metric } from "../domain/metrics.ts";
import type { Platform } from "../domain/platform.ts";
import type { PlatformAdapter } from "./adapter.ts";
import { ADAPTERS } from "./registry.ts";

/** What the rules need to know of a platform, told by its adapter. */
export interface PlatformFact {
  /** The metrics it can supply for every post. */
  supports: readonly Metric[];
  /** The metrics that only some posts have. */
  sometimes: readonly Metric[];
  /** Hours until the numbers that every post has are final. */
  settleHours: number;
  /** Only the owner of a post sees its numbers, so that whoever claims it must own it. */
  ownersOnly: boolean;
}

export function factOf(adapter: PlatformAdapter): PlatformFact {
  const { metrics, access } = adapter;
  const of = (everywhere: boolean) =>
    METRICS.filter((metric) => metrics[metric] && (metrics[metric].only === undefined) === everywhere);
  const always = of(true);
  return {
    supports: always,
    sometimes: of(false),
    settleHours: Math.max(0, ...always.map((metric) => metrics[metric]?.settleHours ?? 0)),
    ownersOnly: access.kind === "account",
  };
}

/** The facts of every platform, by name. */
export function platformFacts(): ReadonlyMap<Platform, PlatformFact> {
  return new Map(ADAPTERS.map((adapter) => [adapter.platform, factOf(adapter)]));
}

/** The platforms that show a post to its owner alone, in the order in which platforms are listed. */
export function ownersPlatforms(): Platform[] {
  return ADAPTERS.filter((adapter) => factOf(adapter).ownersOnly).map(({ platform }) => platform);
}

/**
 * The definitions an observation of the platform follows: one text, which changes when the platform redefines any of its
 * counts, so that no interval is drawn between numbers counted differently.
 */
export function definitionVersionOf({ metrics }: PlatformAdapter): string {
  const versions = METRICS.flatMap((metric) => metrics[metric]?.definitionVersion ?? []);
  return [...new Set(versions)].join("+");
}
