import type { Click } from "./click.ts";
import type { Seconds } from "./click-history.ts";
import type { Networks } from "./click-networks.ts";

/** Clicks, and those of them that were their visitor's first on the link that UTC day. */
export interface ClickCounts {
  human: number;
  automated: number;
  uniqueHuman: number;
  uniqueAutomated: number;
}

export const NO_CLICKS: Readonly<ClickCounts> = {
  human: 0,
  automated: 0,
  uniqueHuman: 0,
  uniqueAutomated: 0,
};

/** A click, and whether its visitor was not seen before on its link's day. */
export interface SeenClick {
  click: Click;
  isFirst: boolean;
}

/** The counts with more clicks in them. */
export function addClicks(counts: Readonly<ClickCounts>, clicks: readonly SeenClick[]): ClickCounts {
  const { human, automated, uniqueHuman, uniqueAutomated } = counts;
  const sum = { human, automated, uniqueHuman, uniqueAutomated };
  for (const { click, isFirst } of clicks) {
    if (click.k === "human") {
      sum.human += 1;
      sum.uniqueHuman += Number(isFirst);
    } else {
      sum.automated += 1;
      sum.uniqueAutomated += Number(isFirst);
    }
  }
  return sum;
}

/** All clicks of a link and UTC day. */
export interface ClickDay extends ClickCounts {
  link: string;
  day: number;
  /** Rises with every write, so that two who read the same day cannot both write it. */
  version: number;
  networks: Networks;
  /** The most human clicks of any minute. */
  peakMinute: number;
  /** Lists of visitors that are full and kept beside the day, numbered from 1. */
  fullLists: number;
  /** The open list of visitors: see visitor-list.ts. */
  visitors: string;
}

/** All clicks of a link and UTC hour. */
export interface ClickHour extends ClickCounts {
  link: string;
  hour: number;
  /** Human clicks of the same day in earlier hours. */
  before: number;
  seconds: Seconds;
}

/** A full list of visitors of a link's day. */
export interface VisitorList {
  link: string;
  day: number;
  n: number;
  visitors: string;
}

/** What is stored where some messages are to be counted. */
export interface StoredClicks {
  /** Ids of those messages that are counted. */
  counted: readonly string[];
  /** The days that have clicks of the messages, with their full lists of visitors. */
  days: readonly ClickDay[];
  fullLists: readonly VisitorList[];
  /** The hours that have clicks of the messages. */
  hours: readonly ClickHour[];
  /** Human clicks of every hour of those days. */
  humans: readonly { link: string; hour: number; human: number }[];
}

/** Everything that is written when messages are counted. */
export interface ClickPlan {
  /** Ids of the messages that were not counted yet; with none of them, nothing is written. */
  messages: string[];
  /** Rows as they are from now on. */
  days: ClickDay[];
  hours: ClickHour[];
  /** Lists that became full. */
  fullLists: VisitorList[];
  /** Hours that have no click of the messages, but human clicks before them that are new. */
  later: { link: string; hour: number; before: number }[];
  /** What is added to campaigns. */
  traffic: CampaignTraffic[];
}

/** Clicks of a campaign in a UTC hour; hour CAMPAIGN_TOTAL for those of all time. */
export interface CampaignTraffic extends ClickCounts {
  campaignId: string;
  hour: number;
}

export const CAMPAIGN_TOTAL = -1;
