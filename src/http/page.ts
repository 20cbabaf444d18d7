import type { Context } from "hono";
import { invalidField } from "../domain/errors.ts";
import type { AppEnv } from "./app-env.ts";
import { DEFAULT_LIMIT } from "./schemas.ts";

/** A list is keyed by id, newest first: a page is what lies below the last id seen. */
export interface PageRequest {
  limit: number;
  /** Only ids below this one; null for the first page. */
  before: string | null;
}

const CURSOR = /^v1:([a-z]{3}_[0-9A-Z]{26})$/;

function decode(cursor: string): string | null {
  try {
    return CURSOR.exec(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")))?.[1] ?? null;
  } catch {
    return null;
  }
}

function encode(id: string): string {
  return btoa(`v1:${id}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws {ClaimcheckError} validation_failed if the cursor is none of ours */
export function pageRequest(query: { limit?: number | undefined; cursor?: string | undefined }): PageRequest {
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (query.cursor === undefined) return { limit, before: null };
  const before = decode(query.cursor);
  if (before === null) throw invalidField("#query/cursor", "is not a cursor of this list");
  return { limit, before };
}

/**
 * A page from up to `limit + 1` rows, and its `Link` header (RFC 8288) if there is more.
 *
 * @param idOf the id the list is keyed by
 */
export function toPage<Row, Item>(
  c: Context<AppEnv>,
  rows: readonly Row[],
  { limit, idOf, toItem }: { limit: number; idOf: (row: Row) => string; toItem: (row: Row) => Item },
): { data: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return { data: shown.map(toItem), next_cursor: null };
  const cursor = encode(idOf(last));
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", cursor);
  c.header("Link", `<${url.pathname}${url.search}>; rel="next"`);
  return { data: shown.map(toItem), next_cursor: cursor };
}
