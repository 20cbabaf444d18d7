import { answeredFor } from "./faults.ts";
import { LINKEDIN_ACCESS, memberOf, pagesOf } from "./linkedin-access.ts";
import {
  accessDenied,
  badParameter,
  failed,
  failWith,
  inactiveVersion,
  type LinkedinError,
  notFound,
  notYours,
  THROTTLED,
} from "./linkedin-errors.ts";
import { listIn, memberIn } from "./linkedin-restli.ts";
import type { Post } from "./posts.ts";
import { type Operation, takeCall, type Vendor, type VendorRequest, type World } from "./vendor.ts";

const DAY_MS = 24 * 3_600_000;
const POST = /^urn:li:(share|ugcPost):[1-9]\d{0,18}$/;

/** The versions that were active in November 2026, each for a year. */
const VERSIONS = { oldest: "202512", newest: "202611" };
/** From here on the kind of a count is a plain text. */
const PLAIN_METRIC_TYPE = "202605";
const METRIC_TYPE = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1";

/**
 * LinkedIn's Community Management API. Bodies as in
 * learn.microsoft.com/linkedin/marketing/community-management, versions li-lms-2026-03 and later; errors as
 * their clients logged them.
 */
export const linkedinVendor: Vendor = {
  platform: "linkedin",
  // The vendor tells an app's own in its portal only.
  callsPerWindow: 10_000,
  namings: [],
  operations: [
    ...LINKEDIN_ACCESS,
    rest({ name: "organizationAcls", about: "access", answer: listAcls }),
    rest({ name: "posts", ids: ({ query }) => listIn(query, "ids") ?? [], answer: batchGetPosts }),
    rest({ name: "organizationalEntityShareStatistics", ids: countedIds, answer: shareStatistics }),
    rest({
      name: "memberCreatorPostAnalytics",
      ids: ({ query }) => [memberIn(query, "entity")?.value ?? ""].filter((urn) => urn !== ""),
      answer: memberAnalytics,
    }),
  ],
  fail: failWith,
  publishedAtOf,
  demoPost: (n, publishedAt) => {
    const externalId = `urn:li:share:${(BigInt(publishedAt) << 22n) + BigInt(n)}`;
    return { externalId, url: `https://www.linkedin.com/feed/update/${externalId}/` };
  },
};

/** What an operation answers to a member. */
type Answer = (world: World, request: VendorRequest, member: string) => LinkedinError | object;

function rest({
  name,
  about = "posts",
  ids = () => [],
  answer,
}: Pick<Operation, "name" | "about"> & Partial<Pick<Operation, "ids">> & { answer: Answer }): Operation {
  return {
    name,
    about,
    ids,
    path: `/rest/${name}`,
    answer: (world, request) => {
      const problem = headerProblem(request);
      if (problem !== null) return failed(problem);
      const caller = memberOf(world, request);
      if (!("member" in caller)) return failed(caller);
      if (!takeCall(world, String(Math.floor(request.now / DAY_MS)))) return failed(THROTTLED);
      const body = answer(world, request, caller.member);
      return isError(body) ? failed(body) : Response.json(body);
    },
  };
}

function isError(body: LinkedinError | object): body is LinkedinError {
  return "status" in body;
}

function headerProblem({ headers }: VendorRequest): LinkedinError | null {
  const version = headers.get("linkedin-version");
  if (version === null) {
    const message =
      "A version must be present. Please specify a version by adding the LinkedIn-Version header.";
    return { status: 400, code: "VERSION_MISSING", message };
  }
  const month = version.slice(0, 6);
  const isMonth = /^\d{6}(\d{2}|\.\d{2})?$/.test(version);
  if (!isMonth || month < VERSIONS.oldest || month > VERSIONS.newest) return inactiveVersion(version);
  // Without the header the protocol is 1.0, which knows no `List(…)` and no `(key:value)`.
  return headers.get("x-restli-protocol-version") === "2.0.0" ? null : badParameter("protocol 1.0");
}

function listAcls(world: World, { query }: VendorRequest, member: string) {
  if (query.get("q") !== "roleAssignee") return badParameter("q");
  const asked = [query.get("role") ?? "ADMINISTRATOR", query.get("state") ?? "APPROVED"];
  const isHeld = asked.join() === "ADMINISTRATOR,APPROVED";
  const elements = pagesOf(world).map((organization) => ({
    role: "ADMINISTRATOR",
    organization,
    roleAssignee: member,
    state: "APPROVED",
  }));
  return list(isHeld ? elements : []);
}

function batchGetPosts(world: World, { query, now }: VendorRequest) {
  const urns = listIn(query, "ids");
  if (urns === null || urns.length === 0 || urns.some((urn) => !POST.test(urn))) return badParameter("ids");
  const results: Record<string, object> = {};
  const errors: Record<string, LinkedinError> = {};
  for (const urn of answeredFor(world.faults, [...new Set(urns)])) {
    const post = world.posts.see(urn, now);
    const author = authorAmong(pagesOf(world), post);
    if (post.state === "gone") errors[urn] = notFound(urn);
    else if (author === null || post.state === "private") errors[urn] = notYours(urn);
    else results[urn] = shownPost(post, author);
  }
  const statuses = Object.fromEntries(Object.entries(errors).map(([urn, { status }]) => [urn, status]));
  return { results, statuses, errors };
}

/**
 * Whose of these accounts a post is; one of nobody belongs to whoever asks, of several pages to the first.
 */
function authorAmong(accounts: readonly string[], { authored, author }: Post): string | null {
  if (!authored) return accounts[0] ?? null;
  return accounts.includes(author.id) ? author.id : null;
}

function shownPost({ id, publishedAt }: Post, author: string) {
  return {
    id,
    author,
    commentary: `Post ${id}`,
    visibility: "PUBLIC",
    lifecycleState: "PUBLISHED",
    createdAt: publishedAt,
    publishedAt,
    lastModifiedAt: publishedAt,
    isReshareDisabledByAuthor: false,
    distribution: {
      feedDistribution: "MAIN_FEED",
      targetEntities: [],
      thirdPartyDistributionChannels: [],
    },
  };
}

function countedIds({ query }: VendorRequest): string[] {
  return [...(listIn(query, "shares") ?? []), ...(listIn(query, "ugcPosts") ?? [])];
}

/** A post without any numbers to show is left out; a single hidden one leaves its field out. */
function shareStatistics(world: World, request: VendorRequest) {
  const { query, now } = request;
  const page = query.get("organizationalEntity") ?? "";
  if (query.get("q") !== "organizationalEntity") return badParameter("q");
  if (!pagesOf(world).includes(page)) return accessDenied("organizationalEntityShareStatistics.FINDER");
  for (const [name, kind] of [
    ["shares", "urn:li:share:"],
    ["ugcPosts", "urn:li:ugcPost:"],
  ] as const) {
    const urns = listIn(query, name);
    if (urns === null || urns.some((urn) => !POST.test(urn) || !urn.startsWith(kind)))
      return badParameter(name);
  }
  const posts = [...new Set(countedIds(request))]
    .map((urn) => world.posts.see(urn, now))
    .filter((post) => post.state === "live" && authorAmong([page], post) !== null);
  const elements = answeredFor(world.faults, posts).map((post) => ({
    organizationalEntity: page,
    [post.id.startsWith("urn:li:share:") ? "share" : "ugcPost"]: post.id,
    totalShareStatistics: statistics(post.counts),
  }));
  return list(elements.filter(({ totalShareStatistics }) => totalShareStatistics !== undefined));
}

function statistics({ views, clicks, likes, comments, shares }: Post["counts"]) {
  const counts = { views, clicks, likes, comments, shares };
  if (Object.values(counts).every((count) => count === null)) return undefined;
  const shown = (count: number | null) => count ?? undefined;
  return {
    impressionCount: shown(views),
    uniqueImpressionsCount: views === null ? undefined : Math.floor(views * 0.8),
    clickCount: shown(clicks),
    likeCount: shown(likes),
    commentCount: shown(comments),
    shareCount: shown(shares),
    engagement: 0.05,
  };
}

const COUNTS_BY_QUERY = {
  IMPRESSION: "views",
  REACTION: "likes",
  COMMENT: "comments",
  RESHARE: "shares",
  LINK_CLICKS: "clicks",
} as const;

function memberAnalytics(world: World, { query, headers, now }: VendorRequest, member: string) {
  if (query.get("q") !== "entity") return badParameter("q");
  const entity = memberIn(query, "entity");
  const kind = entity?.key === "ugc" ? "ugcPost" : entity?.key;
  if (entity === null || POST.exec(entity.value)?.[1] !== kind) return badParameter("entity");
  const queryType = query.get("queryType") ?? "";
  if (!isQueryType(queryType)) return badParameter("queryType");
  if (query.get("aggregation") !== "TOTAL") return badParameter("aggregation");

  const post = world.posts.see(entity.value, now);
  if (post.state === "gone") return notFound(entity.value);
  const isShown = post.state === "live" && authorAmong([member], post) !== null;
  if (!isShown) return notYours(entity.value);
  const count = post.counts[COUNTS_BY_QUERY[queryType]];
  const isPlain = (headers.get("linkedin-version") ?? "") >= PLAIN_METRIC_TYPE;
  const metricType = isPlain ? queryType : { [METRIC_TYPE]: queryType };
  return list(count === null ? [] : [{ count, metricType, targetEntity: { [entity.key]: entity.value } }]);
}

function isQueryType(text: string): text is keyof typeof COUNTS_BY_QUERY {
  return Object.hasOwn(COUNTS_BY_QUERY, text);
}

function list(elements: readonly object[]) {
  return { elements, paging: { start: 0, count: 10, links: [] } };
}

/** The upper bits of a number of 19 digits are the ms since 1970 in which it was drawn. */
function publishedAtOf(urn: string): number | null {
  const digits = /:(\d{19})$/.exec(urn)?.[1];
  return digits === undefined ? null : Number(BigInt(digits) >> 22n);
}
