import type { ClaimStatus } from "../../domain/claim-status.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { MetricVerdict } from "../../domain/verdict.ts";

/** Longer lines wrap on a phone, and a table that wraps is none. */
const PHONE_COLUMNS = 32;
/** What stands between two columns: as much as there is room for. */
const GAPS = ["  ", " "] as const;
const UNKNOWN = "unknown";
const TO_COME = "…";
const FITS = "fits";
const HEADINGS = ["", "claimed", "actual", ""] as const;

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const LEAST_PERCENT = 0.1;

type Figures = Pick<ClaimStatus, "claimed" | "truth"> & Partial<Pick<ClaimStatus, "state" | "status">>;
type Cells = readonly [metric: string, claimed: string, actual: string, off: string];

/** Claim and truth side by side, in a block of monospaced text; null if nothing was claimed. */
export function figures({ claimed, truth, state, status }: Figures): string | null {
  const missing = state === "open" && status === null ? TO_COME : UNKNOWN;
  const table = METRICS.filter((metric) => claimed[metric] !== null || truth[metric] !== undefined).map(
    (metric): Cells => {
      const verdict = truth[metric];
      return [metric, countOrUnknown(claimed[metric]), truthOf(verdict, missing), distanceOf(verdict)];
    },
  );
  if (table.length === 0) return null;
  const lines = GAPS.map((gap) => align([HEADINGS, ...table], gap)).find(fitsPhone) ?? stack(table);
  return `\`\`\`\n${lines.join("\n")}\n\`\`\``;
}

const fitsPhone = (lines: readonly string[]) => lines.every((line) => line.length <= PHONE_COLUMNS);

const countOrUnknown = (count: number | null) => (count === null ? UNKNOWN : NUMBER.format(count));

/** "11,980", or "11,950–12,010" where only bounds are known. Whole counts within the bounds. */
function truthOf(verdict: MetricVerdict | undefined, missing: string): string {
  if (verdict === undefined) return missing;
  const low = Math.ceil(verdict.low);
  const high = Math.floor(verdict.high);
  return low < high ? `${NUMBER.format(low)}–${NUMBER.format(high)}` : NUMBER.format(high);
}

function distanceOf(verdict: MetricVerdict | undefined): string {
  if (verdict === undefined) return "";
  if (verdict.difference === 0) return FITS;
  const sign = verdict.direction === "over" ? "+" : "−";
  // A ratio to a truth of nothing says nothing.
  if (verdict.high < 1) return `${sign}${NUMBER.format(verdict.difference)}`;
  const percent = verdict.ratio * 100;
  return percent < LEAST_PERCENT ? `<${LEAST_PERCENT}%` : `${sign}${PERCENT.format(percent)}%`;
}

function align(rows: readonly Cells[], gap: string): string[] {
  const widthOf = (column: 0 | 1 | 2 | 3) => Math.max(...rows.map((cells) => cells[column].length));
  const [metric, claimed, actual, off] = [widthOf(0), widthOf(1), widthOf(2), widthOf(3)];
  return rows.map((cells) =>
    [cells[0].padEnd(metric), cells[1].padStart(claimed), cells[2].padStart(actual), cells[3].padStart(off)]
      .join(gap)
      .trimEnd(),
  );
}

/** One under the other, for numbers too long to stand side by side. */
function stack(rows: readonly Cells[]): string[] {
  return rows.flatMap(([metric, claimed, actual, off]) => [
    metric,
    `  claimed  ${claimed}`,
    `  actual   ${actual}`,
    ...(off === "" ? [] : [off === FITS ? `  ${FITS}` : `  apart    ${off}`]),
  ]);
}
