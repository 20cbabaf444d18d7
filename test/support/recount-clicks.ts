import type { Click } from "../../src/domain/click.ts";
import { DAY, HOUR } from "./clicks.ts";
import { rows } from "./fixtures.ts";

/** What counting makes of clicks, in an order of its own. */
export interface Recount {
  days: Record<string, unknown>;
  hours: Record<string, unknown>;
  traffic: Record<string, unknown>;
}

interface Counts {
  human: number;
  automated: number;
  unique_human: number;
  unique_automated: number;
}

const ofKind = (clicks: readonly Click[], kind: Click["k"]) => clicks.filter(({ k }) => k === kind);
const uniques = (clicks: readonly Click[]) => new Set(clicks.map(({ v }) => v)).size;

function tally<T extends string | number>(values: readonly T[]): [T, number][] {
  return [...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]);
}

const countsOf = (clicks: readonly Click[]): Counts => ({
  human: ofKind(clicks, "human").length,
  automated: ofKind(clicks, "automated").length,
  unique_human: uniques(ofKind(clicks, "human")),
  unique_automated: uniques(ofKind(clicks, "automated")),
});

const sumOf = (all: readonly Counts[]): Counts => ({
  human: all.reduce((sum, { human }) => sum + human, 0),
  automated: all.reduce((sum, { automated }) => sum + automated, 0),
  unique_human: all.reduce((sum, { unique_human }) => sum + unique_human, 0),
  unique_automated: all.reduce((sum, { unique_automated }) => sum + unique_automated, 0),
});

const mapped = (groups: Map<string, Click[]>, row: (clicks: Click[]) => unknown) =>
  Object.fromEntries([...groups].map(([key, clicks]) => [key, row(clicks)]));

/**
 * Counts raw clicks again, all at once and one fact at a time. Which hour of a day a visitor is unique in depends on the
 * order in which clicks arrive, so an hour says nothing of that here.
 */
export function recount(clicks: readonly Click[]): Recount {
  const dayOf = ({ l, t }: Click) => `${l}:${Math.floor(t / DAY)}`;
  const days = Map.groupBy(clicks, dayOf);
  const hours = Map.groupBy(clicks, ({ l, t }) => `${l}:${Math.floor(t / HOUR)}`);
  const campaigns = Map.groupBy(clicks, ({ c }) => c);
  return {
    days: mapped(days, (its) => {
      const human = ofKind(its, "human");
      return {
        ...countsOf(its),
        networks: Object.fromEntries(tally(human.map(({ n }) => String(n ?? "?")))),
        peak_minute: Math.max(0, ...tally(human.map(({ t }) => Math.floor(t / 60_000))).map(([, n]) => n)),
        visitors: [...new Set(its.map(({ v }) => v))].toSorted(),
      };
    }),
    hours: mapped(hours, (its) => {
      const [{ l, t }] = its as [Click];
      const start = Math.floor(t / HOUR) * HOUR;
      const midnight = Math.floor(t / DAY) * DAY;
      const human = ofKind(its, "human");
      const earlier = ofKind(clicks, "human").filter(
        (other) => other.l === l && other.t >= midnight && other.t < start,
      );
      return {
        human: human.length,
        automated: its.length - human.length,
        before: earlier.length,
        seconds: tally(human.map((click) => Math.floor((click.t - start) / 1_000))).toSorted(
          ([a], [b]) => a - b,
        ),
      };
    }),
    traffic: mapped(campaigns, (its) => sumOf([...Map.groupBy(its, dayOf).values()].map(countsOf))),
  };
}

type Row = Record<string, number> &
  Record<"link" | "campaign_id" | "networks" | "seconds" | "visitors", string>;

/** The same as it is stored, with every sum that is kept twice compared on the way. */
export async function stored(): Promise<
  Recount & { hourlyUniques: Counts; dailyUniques: Counts; hourly: Counts }
> {
  const [days, hours, traffic, lists] = await Promise.all([
    rows<Row>("select * from click_days"),
    rows<Row>("select * from click_hours"),
    rows<Row>("select * from campaign_traffic"),
    rows<Row>("select * from click_visitors order by n"),
  ]);
  const counts = (row: Row): Counts => ({
    human: row.human ?? 0,
    automated: row.automated ?? 0,
    unique_human: row.unique_human ?? 0,
    unique_automated: row.unique_automated ?? 0,
  });
  const visitors = ({ link, day, visitors: open }: Row) => {
    const full = lists.filter((list) => list.link === link && list.day === day);
    return full
      .map((list) => list.visitors)
      .concat(open)
      .join("")
      .match(/.{11}/g)
      ?.toSorted();
  };
  return {
    days: Object.fromEntries(
      days.map((row) => [
        `${row.link}:${row.day}`,
        {
          ...counts(row),
          networks: JSON.parse(row.networks),
          peak_minute: row.peak_minute,
          visitors: visitors(row),
        },
      ]),
    ),
    hours: Object.fromEntries(
      hours.map(({ link, hour, human, automated, before, seconds }) => [
        `${link}:${hour}`,
        { human, automated, before, seconds: JSON.parse(seconds) },
      ]),
    ),
    traffic: Object.fromEntries(
      traffic.filter(({ hour }) => hour === -1).map((row) => [row.campaign_id, counts(row)]),
    ),
    hourlyUniques: sumOf(hours.map(counts)),
    dailyUniques: sumOf(days.map(counts)),
    hourly: sumOf(traffic.filter(({ hour }) => hour !== -1).map(counts)),
  };
}
