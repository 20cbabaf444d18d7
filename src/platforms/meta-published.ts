import type { PostAnswer } from "./adapter.ts";
import { asCallError, type CallError, type GraphClient } from "./graph.ts";
import { type Listing, readPages } from "./graph-pages.ts";
import { readText } from "./read-values.ts";

/** Pages of 100 that are read to find the posts behind opaque ids. */
export const PUBLISHED_PAGES_MAX = 5;

/** A Page and the posts that are asked for, with the vendor's own ids of those that were seen before. */
export interface PageAsk {
  pageId: string;
  externalIds: readonly string[];
  nativeIds: ReadonlyMap<string, string>;
}

interface FoundPosts {
  /** The vendor's ids of posts by external id, in the order asked. */
  ids: Map<string, string>;
  /** What is said of the rest. */
  unfound: Map<string, PostAnswer>;
  /** Why the list of posts could not be read, null if it could or was not needed. */
  failure: CallError | null;
}

/**
 * Finds the ids by which the Graph API knows posts of a Page. A number is the second half of such an id; a `pfbid` is
 * accepted nowhere, and only the address of a listed post may show which one it is.
 */
export async function findPublished(graph: GraphClient, asked: PageAsk): Promise<FoundPosts> {
  const { pageId, externalIds, nativeIds } = asked;
  const known = (id: string) => nativeIds.get(id) ?? (isNumber(id) ? `${pageId}_${id}` : undefined);
  const missing = externalIds.filter((id) => known(id) === undefined);
  const listing = missing.length === 0 ? NOTHING_LISTED : await listPosts(graph, pageId, missing);
  const listed = listing.kind === "listed" ? listing.items : [];
  const failure = listing.kind === "listed" ? null : asCallError(listing);
  const ids = new Map<string, string>();
  const unfound = new Map<string, PostAnswer>();
  for (const externalId of externalIds) {
    const id = known(externalId) ?? storyIdOf(listed.find((post) => shows(post, externalId)));
    if (id === undefined) unfound.set(externalId, sayOfUnfound(failure));
    else ids.set(externalId, id);
  }
  return { ids, unfound, failure };
}

const NOTHING_LISTED: Listing = { kind: "listed", items: [], isWhole: true };

function listPosts(graph: GraphClient, pageId: string, missing: readonly string[]): Promise<Listing> {
  return readPages(graph, {
    path: `${pageId}/published_posts`,
    query: { fields: "id,permalink_url,created_time", limit: "100" },
    maxPages: PUBLISHED_PAGES_MAX,
    isEnough: (posts) => missing.every((pfbid) => posts.some((post) => shows(post, pfbid))),
  });
}

const isNumber = (id: string) => /^\d+$/.test(id);

function storyIdOf(post: Record<string, unknown> | undefined): string | undefined {
  const id = readText(post?.id);
  return id !== null && /^\d+_\d+$/.test(id) ? id : undefined;
}

/** Whether the address of a listed post has this id as a whole part of its path or query. */
function shows({ permalink_url }: Record<string, unknown>, pfbid: string): boolean {
  return typeof permalink_url === "string" && permalink_url.split(/[/?&=#]/).includes(pfbid);
}

/** A `pfbid` differs from reader to reader, so that even the whole list does not say that a post is gone. */
function sayOfUnfound(failure: CallError | null): PostAnswer {
  if (failure === null) return { kind: "unreadable", detail: "no listed post has this address" };
  const { kind, detail, retryAt } = failure;
  return { kind: "unanswered", failure: kind, detail, retryAt };
}
