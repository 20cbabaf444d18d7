import type { Context } from "hono";
import type { ScannedPage } from "../db/queries/bounded-scan.ts";
import type { AppEnv } from "./app-env.ts";
import { toPage } from "./page.ts";

/** What the description of a list says whose filters are not all answered by an index. */
export const SCAN_NOTE =
  "Filters look at 1,000 entries a page, so a filtered page may be short or even empty and still have a `next_cursor`.";

/** A page of a bounded scan: if the scan ended before the page was full, the next one begins where it ended. */
export function toScanPage<Row, Item>(
  c: Context<AppEnv>,
  { rows, scannedTo }: ScannedPage<Row>,
  shape: { limit: number; idOf: (row: Row) => string; toItem: (row: Row) => Item },
): { data: Item[]; next_cursor: string | null } {
  const page = toPage(c, rows, shape);
  if (page.next_cursor !== null || scannedTo === null) return page;
  const same = (id: string) => id;
  // The cursor and Link of a page whose last row is the last one looked at.
  const { next_cursor } = toPage(c, [scannedTo, scannedTo], { limit: 1, idOf: same, toItem: same });
  return { ...page, next_cursor };
}
