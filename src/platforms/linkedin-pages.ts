import { metricsOf } from "../domain/metrics.ts";
import type { AdapterDeps, PostAnswer, PostObservation } from "./adapter.ts";
import { askRest, explain, type Findings, listOf, otherShape, type RestRefusal } from "./linkedin-rest.ts";
import { note } from "./observe-once.ts";
import { evidence, isCount, readRecord, readRecords, readText } from "./read-values.ts";

/** How often the statistics are asked for again without the posts that a refusal named. */
const NARROWER_CALLS = 2;

/** A post as the Posts API shows it. */
interface ShownPost {
  author: string | null;
  /** ms UTC */
  publishedAt: number | null;
}

type Statistics = { elements: Record<string, unknown>[]; calls: number; refusal: RestRefusal | null };

/**
 * Reads posts of a page: first the posts themselves, which tell what there is and whose, then the statistics
 * of the page's own, from which posts without any are left out. At most four calls.
 * Source: learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api and
 * /organizations/share-statistics.
 */
export async function readPagePosts(
  deps: AdapterDeps,
  page: string,
  urns: readonly string[],
): Promise<Findings> {
  const said = new Map<string, PostAnswer>();
  const found = await askRest(deps, `posts?ids=${listOf(urns)}`, { "x-restli-method": "BATCH_GET" });
  if (found.kind === "refused") return { said, refusal: found, calls: 1 };
  const shown = readBatch(found.json, urns, deps.now());
  if (shown === null) return { said, refusal: otherShape(), calls: 1 };

  const counted = new Map<string, ShownPost>();
  for (const [urn, post] of shown) {
    if ("kind" in post) said.set(urn, post);
    // Somebody else's, a member's or another page's, to be asked for with their account.
    else if (post.author !== null && post.author !== page) said.set(urn, { kind: "gone" });
    else if (isCounted(post, deps.now())) counted.set(urn, post);
    else said.set(urn, numbersOf(urn, post, null));
  }
  const { elements, refusal, calls } = await askStatistics(deps, page, [...counted.keys()]);
  if (refusal === null)
    for (const [urn, numbers] of readElements(elements, page, counted)) said.set(urn, numbers);
  return { said, refusal, calls: 1 + calls };
}

/** Each asked URN as it is shown, or what LinkedIn says instead; null if the answer has another shape. */
function readBatch(
  { results, errors = {} }: Record<string, unknown>,
  urns: readonly string[],
  now: number,
): Map<string, ShownPost | PostAnswer> | null {
  const posts = readRecord(results);
  const problems = readRecord(errors);
  if (posts === null || problems === null) return null;
  return new Map(
    urns.map((urn) => {
      const post = readRecord(posts[urn]);
      return [urn, post === null ? readProblem(readRecord(problems[urn]), now) : readShown(post)];
    }),
  );
}

function readShown({ author, publishedAt, lifecycleState }: Record<string, unknown>): ShownPost | PostAnswer {
  // A draft, or one that did not come out (yet); only the author's view, which is not asked for, has them.
  if (typeof lifecycleState === "string" && !lifecycleState.startsWith("PUBLISHED"))
    return { kind: "private" };
  return { author: readText(author), publishedAt: isCount(publishedAt) ? publishedAt : null };
}

function readProblem(problem: Record<string, unknown> | null, now: number): PostAnswer {
  const status = problem?.status;
  if (!isCount(status)) return { kind: "unreadable", detail: "not in the answer" };
  const { isMissing, failure, detail, retryAt } = explain({ status, json: problem }, now);
  if (isMissing) return { kind: "gone" };
  // The call as a whole was granted, so this is about the post.
  if (status === 403) return { kind: "private" };
  if (failure === "unreadable") return { kind: "unreadable", detail };
  return { kind: "unanswered", failure, detail, retryAt };
}

/** Statistics reach back twelve months, so that those of an older post leave out when most people saw it. */
const COUNTED_MS = 365 * 24 * 3_600_000;

function isCounted({ publishedAt }: ShownPost, now: number): boolean {
  return publishedAt === null || publishedAt > now - COUNTED_MS;
}

/** One post that LinkedIn has no statistics for must not cost the others theirs. */
async function askStatistics(deps: AdapterDeps, page: string, urns: readonly string[]): Promise<Statistics> {
  let left = urns;
  let calls = 0;
  while (left.length > 0) {
    calls += 1;
    const outcome = await askRest(deps, statisticsPath(page, left));
    if (outcome.kind === "json") {
      const elements = readRecords(outcome.json.elements);
      return { elements: elements ?? [], calls, refusal: elements === null ? otherShape() : null };
    }
    const unnamed = left.filter((urn) => !outcome.named.has(urn));
    const isOver = unnamed.length === left.length || !isOfPosts(outcome) || calls > NARROWER_CALLS;
    if (isOver) return { elements: [], calls, refusal: outcome };
    left = unnamed;
  }
  return { elements: [], calls, refusal: null };
}

function isOfPosts({ status }: RestRefusal): boolean {
  return status === 400 || status === 403 || status === 404;
}

function statisticsPath(page: string, urns: readonly string[]): string {
  const shares = urns.filter((urn) => urn.startsWith("urn:li:share:"));
  const ugcPosts = urns.filter((urn) => urn.startsWith("urn:li:ugcPost:"));
  const lists = [
    shares.length > 0 ? `&shares=${listOf(shares)}` : "",
    ugcPosts.length > 0 ? `&ugcPosts=${listOf(ugcPosts)}` : "",
  ];
  const entity = encodeURIComponent(page);
  const query = `q=organizationalEntity&organizationalEntity=${entity}${lists.join("")}`;
  return `organizationalEntityShareStatistics?${query}`;
}

/** The numbers of every counted post; all unknown where LinkedIn has no statistics, which are no zeros. */
function readElements(
  elements: readonly Record<string, unknown>[],
  page: string,
  counted: ReadonlyMap<string, ShownPost>,
): Map<string, PostObservation> {
  const asked = new Set(counted.keys());
  const numbers = new Map<string, PostObservation>();
  for (const element of elements.filter(({ organizationalEntity = page }) => organizationalEntity === page)) {
    const id = readText(element.share ?? element.ugcPost) ?? "";
    const post = counted.get(id);
    if (post) note(numbers, asked, { id, said: numbersOf(id, { ...post, author: page }, element) });
  }
  for (const [urn, post] of counted) if (!numbers.has(urn)) numbers.set(urn, numbersOf(urn, post, null));
  return numbers;
}

const COUNTS = {
  views: "impressionCount",
  likes: "likeCount",
  comments: "commentCount",
  shares: "shareCount",
  clicks: "clickCount",
} as const;

function numbersOf(
  urn: string,
  { author, publishedAt }: ShownPost,
  element: Record<string, unknown> | null,
): PostObservation {
  const statistics = readRecord(element === null ? {} : element.totalShareStatistics);
  if (statistics === null) return { kind: "unreadable", detail: "totalShareStatistics is not an object" };
  const known: Partial<Record<keyof typeof COUNTS, number>> = {};
  for (const metric of ["views", "likes", "comments", "shares", "clicks"] as const) {
    const sent = statistics[COUNTS[metric]];
    if (sent === undefined || (metric === "clicks" && isTakenBack(sent))) continue;
    if (!isCount(sent)) return { kind: "unreadable", detail: `${COUNTS[metric]} is not a count` };
    known[metric] = sent;
  }
  return {
    kind: "numbers",
    metrics: metricsOf(known),
    authorId: author,
    authorName: null,
    publishedAt,
    raw: evidence(
      { urn, author, publishedAt, totalShareStatistics: element?.totalShareStatistics },
      EVIDENCE,
    ),
  };
}

const EVIDENCE = ["urn", "author", "publishedAt", "totalShareStatistics"];

/** LinkedIn takes invalid clicks back, and may take more than it shows: how many there were is unknown. */
function isTakenBack(clicks: unknown): boolean {
  return Number.isSafeInteger(clicks) && Number(clicks) < 0;
}
