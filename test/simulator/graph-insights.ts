/** A lifetime insight of a post; null if there is no data of it, which the vendor leaves out. */
export interface Insight {
  name: string;
  value: number | Record<string, number> | null;
}

/** The answer of an insights edge. @param inTotal whether the number is in `total_value` instead of `values` */
export function insightList(insights: readonly Insight[], { id, inTotal }: { id: string; inTotal: boolean }) {
  const known = insights.filter(({ value }) => value !== null);
  const data = known.map(({ name, value }) => ({
    name,
    period: "lifetime",
    ...(inTotal ? { total_value: { value } } : { values: [{ value }] }),
    title: name.replaceAll("_", " "),
    description: `Simulated ${name.replaceAll("_", " ")}.`,
    id: `${id}/insights/${name}/lifetime`,
  }));
  return { data };
}

/** The vendor's way to write an instant: seconds, and an offset without a colon. */
export function graphTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+0000`;
}

/** This share of a count, if it is known. */
export function part(count: number | null, share: number): number | null {
  return count === null ? null : Math.floor(count * share);
}
