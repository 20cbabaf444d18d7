import type { Click, ClickMessage } from "./click.ts";
import {
  addClicks,
  CAMPAIGN_TOTAL,
  type CampaignTraffic,
  type ClickDay,
  type ClickPlan,
  NO_CLICKS,
  type SeenClick,
  type StoredClicks,
} from "./click-count.ts";
import { HOURS_PER_DAY, utcHour } from "./click-history.ts";
import { type DayPlan, planDay } from "./plan-click-day.ts";
import { utcDay } from "./time.ts";
import { visitorsIn } from "./visitor-list.ts";

/**
 * Counts the messages that are not counted yet on top of what is stored.
 *
 * @param messages each once
 * @param stored   what is stored where their clicks belong
 */
export function planClicks(messages: readonly ClickMessage[], stored: StoredClicks): ClickPlan {
  const counted = new Set(stored.counted);
  const fresh = messages.filter(({ id }) => !counted.has(id));
  const clicks = fresh.flatMap((message) => message.clicks).toSorted((a, b) => a.t - b.t);
  const days = [...Map.groupBy(clicks, ({ l, t }) => keyOf(l, utcDay(t))).values()];
  const plans = planDays(days, stored);
  return {
    messages: fresh.map(({ id }) => id),
    days: plans.map(({ day }) => day),
    hours: plans.flatMap(({ hours }) => hours),
    fullLists: plans.flatMap(({ fullLists }) => fullLists),
    later: plans.flatMap(({ later }) => later),
    traffic: trafficOf(plans.flatMap(({ seen }) => seen)),
  };
}

const keyOf = (link: string, dayOrHour: number): string => `${link}:${dayOrHour}`;

/** @param days the clicks of each link's day, by time; none is empty */
function planDays(days: readonly Click[][], stored: StoredClicks): DayPlan[] {
  const rows = new Map(stored.days.map((row) => [keyOf(row.link, row.day), row]));
  const lists = Map.groupBy(stored.fullLists, ({ link, day }) => keyOf(link, day));
  const ofDay = ({ link, hour }: { link: string; hour: number }) =>
    keyOf(link, Math.floor(hour / HOURS_PER_DAY));
  const hours = Map.groupBy(stored.hours, ofDay);
  const humans = Map.groupBy(stored.humans, ofDay);
  return days.flatMap((clicks) => {
    const [first] = clicks;
    if (first === undefined) return [];
    const key = keyOf(first.l, utcDay(first.t));
    const day = rows.get(key) ?? emptyDay(first);
    const visitors = [...(lists.get(key) ?? []), day].flatMap((list) => visitorsIn(list.visitors));
    return planDay(clicks, {
      day,
      visitors: new Set(visitors),
      hours: new Map(hours.get(key)?.map((row) => [row.hour, row])),
      humans: new Map(humans.get(key)?.map(({ hour, human }) => [hour, human])),
    });
  });
}

const emptyDay = ({ l, t }: Click): ClickDay => ({
  ...NO_CLICKS,
  link: l,
  day: utcDay(t),
  version: 0,
  networks: {},
  peakMinute: 0,
  fullLists: 0,
  visitors: "",
});

function trafficOf(seen: readonly SeenClick[]): CampaignTraffic[] {
  return [...Map.groupBy(seen, ({ click }) => click.c)].flatMap(([campaignId, clicks]) => {
    const hours = Map.groupBy(clicks, ({ click }) => utcHour(click.t));
    return [[CAMPAIGN_TOTAL, clicks] as const, ...hours].map(([hour, its]) => ({
      campaignId,
      hour,
      ...addClicks(NO_CLICKS, its),
    }));
  });
}
