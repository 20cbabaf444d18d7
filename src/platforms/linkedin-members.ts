import { metricsOf } from "../domain/metrics.ts";
import type { AdapterDeps, PostObservation } from "./adapter.ts";
import { askRest, type Findings, otherShape, type RestRefusal, refusalOf } from "./linkedin-rest.ts";
import { evidence, isCount, readRecord, readRecords } from "./read-values.ts";

/**
 * The counts, each of which takes a call. The first also tells whether there is such a post of this member.
 */
const QUERIES = ["IMPRESSION", "REACTION", "COMMENT", "RESHARE", "LINK_CLICKS"] as const;
type Query = (typeof QUERIES)[number];
type Counts = Partial<Record<Query, number | null>>;

/** Most calls for one batch: five posts, or more if some of them are gone. */
const MEMBER_CALLS = 25;

/**
 * Reads a member's own posts, one after the other. What {@link MEMBER_CALLS} do not reach, or the time of one
 * call, is left for the next time.
 * Source: learn.microsoft.com/linkedin/marketing/community-management/members/post-statistics.
 */
export async function readMemberPosts(
  deps: AdapterDeps,
  member: string,
  urns: readonly string[],
): Promise<Findings> {
  const findings: Findings = { said: new Map(), refusal: null, calls: 0 };
  const doubtful = new Map<string, RestRefusal>();
  const until = deps.now() + deps.timeoutMs;
  for (const urn of urns) {
    if (findings.calls + QUERIES.length > MEMBER_CALLS || deps.now() > until) {
      findings.refusal = refusalOf("rate_limited", "beyond the calls of one batch", deps.now());
      break;
    }
    const { calls, found } = await readPost(deps, member, urn);
    findings.calls += calls;
    const said = found.kind === "refused" ? readAsPost(found, urn) : found;
    if (said !== null) findings.said.set(urn, said);
    else if (found.kind === "refused" && isDoubtful(found)) doubtful.set(urn, found);
    else if (found.kind === "refused") {
      findings.refusal = found;
      break;
    }
  }
  return settled(findings, doubtful);
}

/** What a refusal says of the post that was asked for; null if it is not about the post. */
function readAsPost(refusal: RestRefusal, urn: string): PostObservation | null {
  if (refusal.isMissing) return { kind: "gone" };
  if (!refusal.named.has(urn)) return null;
  if (refusal.status === 403) return { kind: "private" };
  return refusal.status === 400 ? { kind: "unreadable", detail: refusal.detail } : null;
}

/** LinkedIn may mean the post or the token with these, and names neither. */
function isDoubtful({ status }: RestRefusal): boolean {
  return status === 403 || status === 400;
}

/**
 * A token that opened one post is a good one, so that what it was refused beside it is the fault of the
 * other.
 */
function settled(findings: Findings, doubtful: ReadonlyMap<string, RestRefusal>): Findings {
  const isGoodToken = [...findings.said.values()].some(({ kind }) => kind === "numbers");
  const [first = null] = doubtful.values();
  if (!isGoodToken) return { ...findings, refusal: findings.refusal ?? first };
  for (const [urn, { status, detail }] of doubtful) {
    findings.said.set(urn, status === 403 ? { kind: "private" } : { kind: "unreadable", detail });
  }
  return findings;
}

async function readPost(
  deps: AdapterDeps,
  member: string,
  urn: string,
): Promise<{ calls: number; found: PostObservation | RestRefusal }> {
  const counts: Counts = {};
  let calls = 0;
  for (const query of QUERIES) {
    calls += 1;
    const outcome = await askRest(deps, pathOf(urn, query));
    if (outcome.kind === "refused" && calls > 1 && isOfOneCount(outcome)) continue;
    if (outcome.kind === "refused") return { calls, found: outcome };
    const count = readCount(outcome.json, urn, query);
    if (typeof count === "object" && count !== null) return { calls, found: count };
    counts[query] = count;
  }
  return { calls, found: numbersOf(counts, member, urn) };
}

/** A count that LinkedIn does not have of this post, or has no longer, leaves the others as they are. */
function isOfOneCount({ status }: RestRefusal): boolean {
  return status === 400 || status === 403 || status === 404;
}

/** The member of an entity union that a URN is named by: `share` or `ugc`. */
const entityKey = (urn: string): "share" | "ugc" => (urn.startsWith("urn:li:share:") ? "share" : "ugc");

function pathOf(urn: string, query: Query): string {
  const entity = `(${entityKey(urn)}:${encodeURIComponent(urn)})`;
  return `memberCreatorPostAnalytics?q=entity&entity=${entity}&queryType=${query}&aggregation=TOTAL`;
}

/** The count; null if LinkedIn has none of this post: an empty list is no zero. */
function readCount(
  json: Record<string, unknown>,
  urn: string,
  query: Query,
): number | null | PostObservation | RestRefusal {
  const elements = readRecords(json.elements);
  if (elements === null) return otherShape();
  const about = elements.filter(({ targetEntity }) => isAbout(targetEntity, urn));
  const [element] = about;
  if (element === undefined) return null;
  if (about.length > 1) return { kind: "unreadable", detail: `${query} is answered more than once` };
  if (metricOf(element.metricType) !== query)
    return { kind: "unreadable", detail: `not the ${query} asked for` };
  return isCount(element.count) ? element.count : { kind: "unreadable", detail: `${query} is not a count` };
}

/** What is about nothing in particular is about what was asked. */
function isAbout(targetEntity: unknown, urn: string): boolean {
  return targetEntity === undefined || readRecord(targetEntity)?.[entityKey(urn)] === urn;
}

/** A plain text since version 202605, before that an object whose only member is named by its type. */
function metricOf(metricType: unknown): unknown {
  const union = readRecord(metricType);
  return union === null ? metricType : Object.values(union)[0];
}

function numbersOf(counts: Counts, member: string, urn: string): PostObservation {
  const isShown = Object.values(counts).some((count) => count !== null);
  return {
    kind: "numbers",
    metrics: metricsOf({
      views: counts.IMPRESSION,
      likes: counts.REACTION,
      comments: counts.COMMENT,
      shares: counts.RESHARE,
      clicks: counts.LINK_CLICKS,
    }),
    // Numbers are shown to the author alone; an answer without any proves nothing.
    authorId: isShown ? member : null,
    authorName: null,
    // Reading a member's post itself takes a permission that LinkedIn gives nobody any more
    // (r_member_social).
    publishedAt: null,
    raw: evidence({ entity: urn, ...counts }, ["entity", ...QUERIES]),
  };
}
