import { isbot } from "isbot";
import type { ClickKind } from "../domain/click.ts";
import { isTooOften, oneMoreVisit, type VisitLimits, type Visits } from "../domain/click-rate.ts";
import { isDataCentre } from "../domain/data-centre.ts";
import { remember } from "./remember.ts";

/** Visitors whose rate is watched; the one not seen for longest is forgotten first. */
const MOST_VISITORS = 20_000;

export interface Visit {
  /** Names link and visitor. */
  visitor: string;
  /** The User-Agent; empty if there is none. */
  agent: string;
  /** The AS number; null if it is not known. */
  network: number | null;
  /** ms UTC */
  at: number;
}

/**
 * Tells people from suspected automation: a bot by its own account, or one that does not say what it is, a data centre,
 * or a rate no person reaches, as far as this instance of the Worker has seen.
 */
export function createClickJudge(limits: VisitLimits): (visit: Visit) => ClickKind {
  const visits = new Map<string, Visits>();
  return ({ visitor, agent, network, at }) => {
    if (agent === "" || isDataCentre(network) || isbot(agent)) return "automated";
    const seen = oneMoreVisit(visits.get(visitor), at);
    remember(visits, [visitor, seen], MOST_VISITORS);
    return isTooOften(seen, limits) ? "automated" : "human";
  };
}
