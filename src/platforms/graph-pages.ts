import type { GraphClient } from "./graph.ts";
import type { GraphError } from "./graph-errors.ts";
import { readRecord, readRecords, readText } from "./read-values.ts";

type Item = Record<string, unknown>;

interface PagedRead {
  path: string;
  query: Record<string, string>;
  /** Most pages that are read. */
  maxPages: number;
  /** Whether what was read so far is all that is needed; never, if absent. */
  isEnough?: (items: readonly Item[]) => boolean;
}

/** `isWhole`: the last page was among those read, so that what is not in the list does not exist. */
export type Listing = { kind: "listed"; items: Item[]; isWhole: boolean } | GraphError;

/**
 * Reads an edge page by page. It goes by the cursor: the `next` address of an answer carries the token, and could lead
 * anywhere.
 *
 * Source: developers.facebook.com/docs/graph-api/results.
 */
export async function readPages(graph: GraphClient, read: PagedRead): Promise<Listing> {
  const items: Item[] = [];
  let after: string | null = null;
  for (let page = 0; page < read.maxPages; page += 1) {
    const answer = await graph.get(read.path, after === null ? read.query : { ...read.query, after });
    if (answer.kind !== "object") return answer;
    const data = readRecords(answer.object.data);
    if (data === null) return unreadable("a list without items");
    items.push(...data);
    const paging = readRecord(answer.object.paging);
    if (readText(paging?.next) === null) return { kind: "listed", items, isWhole: true };
    if (read.isEnough?.(items)) break;
    const cursor: unknown = readRecord(paging?.cursors)?.after;
    if (typeof cursor !== "string" || cursor === "" || cursor === after)
      return unreadable("a list without an end");
    after = cursor;
  }
  return { kind: "listed", items, isWhole: false };
}

function unreadable(detail: string): GraphError {
  return { kind: "unreadable", detail, retryAt: null };
}
