import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";

/** A page of a list that is keyed by id, newest first. */
export interface Page {
  limit: number;
  /** Only ids below this one; null for the first page. */
  before: string | null;
}

// Above every id: `~` sorts after all characters of one. A first page is then a seek like any other.
const ABOVE_ALL = "~";

/** `id < …`: the ids of the page and of all after it. */
export function below(id: SQL, { before }: Page): SQL {
  return sql`${id} < ${before ?? ABOVE_ALL}`;
}

/** One row more than the page shows tells whether there is a next page. */
export function limitOf({ limit }: Page): SQL {
  return sql`limit ${limit + 1}`;
}
