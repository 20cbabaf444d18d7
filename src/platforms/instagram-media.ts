import type { PostAnswer } from "./adapter.ts";
import { asCallError, type CallError, type GraphClient } from "./graph.ts";
import { type Listing, readPages } from "./graph-pages.ts";
import { readText } from "./read-values.ts";

/** Pages of 100 that are read to find the media behind shortcodes: the newest thousand. */
export const MEDIA_PAGES_MAX = 10;

interface FoundMedia {
  /** The vendor's ids of media by shortcode, in the order asked. */
  ids: Map<string, string>;
  /** What is said of the rest. */
  unfound: Map<string, PostAnswer>;
  /** Why the list could not be read, null if it could or was not needed. */
  failure: CallError | null;
}

/**
 * Finds the ids by which the Graph API knows media. It has no way to look up a shortcode, and what a shortcode decodes to
 * is another id, so the account's media are listed, newest first, until all are found. What the whole list does not have
 * is gone; what is older than the part that is read stays unread, which no repetition changes.
 */
export async function findMedia(
  graph: GraphClient,
  asked: { accountId: string; shortcodes: readonly string[]; known: ReadonlyMap<string, string> },
): Promise<FoundMedia> {
  const { shortcodes } = asked;
  const missing = new Set(shortcodes.filter((shortcode) => !asked.known.has(shortcode)));
  const listing = missing.size === 0 ? NOTHING_LISTED : await listMedia(graph, asked.accountId, missing);
  const listed = new Map(listing.kind === "listed" ? listing.items.flatMap(readListed) : []);
  const idOf = (shortcode: string) => asked.known.get(shortcode) ?? listed.get(shortcode);
  const failure = listing.kind === "listed" ? null : asCallError(listing);
  const said = sayOfUnfound(failure, listing.kind === "listed" && listing.isWhole);
  const ids = new Map<string, string>();
  const unfound = new Map<string, PostAnswer>();
  for (const shortcode of shortcodes) {
    const id = idOf(shortcode);
    if (id === undefined) unfound.set(shortcode, said);
    else ids.set(shortcode, id);
  }
  return { ids, unfound, failure };
}

const NOTHING_LISTED: Listing = { kind: "listed", items: [], isWhole: true };

function listMedia(graph: GraphClient, accountId: string, missing: ReadonlySet<string>): Promise<Listing> {
  return readPages(graph, {
    path: `${accountId}/media`,
    query: { fields: "id,shortcode,timestamp", limit: "100" },
    maxPages: MEDIA_PAGES_MAX,
    isEnough: (media) => [...missing].every((code) => media.some(({ shortcode }) => shortcode === code)),
  });
}

function readListed({ id, shortcode }: Record<string, unknown>): [shortcode: string, id: string][] {
  const [code, mediaId] = [readText(shortcode), readText(id)];
  return code === null || mediaId === null ? [] : [[code, mediaId]];
}

function sayOfUnfound(failure: CallError | null, isWhole: boolean): PostAnswer {
  if (failure !== null) return unlisted(failure);
  if (isWhole) return { kind: "gone" };
  return { kind: "unreadable", detail: `not among the newest ${MEDIA_PAGES_MAX * 100} media` };
}

/** Without the list nothing is known of a post, whatever went wrong with it. */
function unlisted({ kind: failure, detail, retryAt }: CallError): PostAnswer {
  return { kind: "unanswered", failure, detail, retryAt };
}
