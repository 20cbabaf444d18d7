import { readRecord, readRecords } from "./read-values.ts";

/** A count; null where the vendor left it out, which is how it hides one and how it says that there is none yet. */
export type Count = number | null | "misshapen";

/** Only a JSON number that is whole, exact and not negative is a count. */
export function readCount(sent: unknown): Count {
  if (sent === undefined) return null;
  return typeof sent === "number" && Number.isSafeInteger(sent) && sent >= 0 ? sent : "misshapen";
}

/**
 * A lifetime count among insights. It stands in `values` or in `total_value`, depending on the metric and the version;
 * an insight that is not listed has no data, which the vendor says is not a zero.
 *
 * @param list the `data` of an insights edge, null if it was no list of objects
 *
 * Source: developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights.
 */
export function readInsight(list: readonly Record<string, unknown>[] | null, metric: string): Count {
  if (list === null) return "misshapen";
  const [insight, ...more] = list.filter(({ name }) => name === metric);
  if (insight === undefined) return null;
  if (more.length > 0) return "misshapen";
  if (insight.total_value !== undefined) return readValue(insight.total_value);
  const values = readRecords(insight.values);
  // Several values are a series or a breakdown, neither of which was asked for.
  if (values === null || values.length > 1) return "misshapen";
  return values.length === 0 ? null : readValue(values[0]);
}

function readValue(holder: unknown): Count {
  const record = readRecord(holder);
  return record === null ? "misshapen" : readCount(record.value);
}
