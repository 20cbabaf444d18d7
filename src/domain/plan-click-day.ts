import type { Click } from "./click.ts";
import {
  addClicks,
  type ClickDay,
  type ClickHour,
  type ClickPlan,
  NO_CLICKS,
  type SeenClick,
} from "./click-count.ts";
import { busiestMinute, secondOfHour, utcHour, withClicks } from "./click-history.ts";
import { addNetworks } from "./click-networks.ts";
import { addVisitors } from "./visitor-list.ts";

/** What is stored of one link's day. */
export interface StoredDay {
  /** With no clicks in it if there is none. */
  day: ClickDay;
  /** Hashes of all who were seen. */
  visitors: ReadonlySet<string>;
  hours: ReadonlyMap<number, ClickHour>;
  /** Human clicks by hour. */
  humans: ReadonlyMap<number, number>;
}

/** What is written of one link's day. */
export interface DayPlan extends Omit<ClickPlan, "messages" | "days" | "traffic"> {
  day: ClickDay;
  /** The clicks that it counts. */
  seen: SeenClick[];
}

const isHuman = ({ click }: SeenClick): boolean => click.k === "human";

/**
 * Counts clicks of one link's day on top of what is stored of it.
 *
 * A visitor's hash holds for one link, UTC day and kind, so a hash that the day has not is unique there, in the hour of
 * its earliest click of these. It stays in that hour, also if an earlier click of it arrives later.
 *
 * @param clicks by time
 */
export function planDay(clicks: readonly Click[], stored: StoredDay): DayPlan {
  const { link, day, version, networks, peakMinute, fullLists } = stored.day;
  const known = new Set(stored.visitors);
  const seen = clicks.map((click): SeenClick => {
    const isFirst = !known.has(click.v);
    known.add(click.v);
    return { click, isFirst };
  });
  const added = seen.filter(({ isFirst }) => isFirst).map(({ click }) => click.v);
  const { full, open } = addVisitors(stored.day.visitors, added);
  const { hours, later } = planHours(link, seen, stored);
  return {
    seen,
    hours,
    later,
    fullLists: full.map((visitors, i) => ({ link, day, n: fullLists + i + 1, visitors })),
    day: {
      link,
      day,
      version: version + 1,
      ...addClicks(stored.day, seen),
      networks: addNetworks(
        networks,
        seen.filter(isHuman).map(({ click }) => click.n),
      ),
      peakMinute: Math.max(peakMinute, ...hours.map(({ seconds }) => busiestMinute(seconds))),
      fullLists: fullLists + full.length,
      visitors: open,
    },
  };
}

function planHours(link: string, seen: readonly SeenClick[], { hours, humans }: StoredDay) {
  const touched = Map.groupBy(seen, ({ click }) => utcHour(click.t));
  const counts = new Map(humans);
  for (const [hour, clicks] of touched) {
    counts.set(hour, (counts.get(hour) ?? 0) + clicks.filter(isHuman).length);
  }
  const before = (hour: number): number => {
    const earlier = [...counts].filter(([other]) => other < hour);
    return earlier.reduce((sum, [, human]) => sum + human, 0);
  };
  const [firstHuman] = seen.filter(isHuman);
  const raisedAfter = firstHuman === undefined ? Number.POSITIVE_INFINITY : utcHour(firstHuman.click.t);
  const later = [...humans.keys()].filter((hour) => hour > raisedAfter && !touched.has(hour));
  return {
    hours: [...touched].map(([hour, clicks]): ClickHour => {
      const stored = hours.get(hour) ?? { ...NO_CLICKS, seconds: [] };
      const seconds = clicks.filter(isHuman).map(({ click }) => secondOfHour(click.t));
      return {
        link,
        hour,
        ...addClicks(stored, clicks),
        before: before(hour),
        seconds: withClicks(stored.seconds, seconds),
      };
    }),
    later: later.map((hour) => ({ link, hour, before: before(hour) })),
  };
}
