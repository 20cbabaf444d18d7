import type { AdapterDeps, CallOutcome, PlatformAdapter, PostAnswer } from "./adapter.ts";
import { readMemberPosts } from "./linkedin-members.ts";
import { linkedinOauth } from "./linkedin-oauth.ts";
import { readPagePosts } from "./linkedin-pages.ts";
import { type Findings, type RestRefusal, refusalOf } from "./linkedin-rest.ts";
import { identifyLinkedinPost, isLinkedinShareLink } from "./linkedin-urls.ts";

const BATCH_SIZE = 20;

/**
 * Of a member, whose posts LinkedIn shows one count at a time: five posts. A page's twenty cost at most four.
 */
const CALLS_PER_BATCH = 25;

/**
 * LinkedIn's Community Management API, which shows a member's posts to the member and a page's posts to its
 * administrators. The counts of a page are organic alone: what promotion added is not among them.
 * Source: learn.microsoft.com/linkedin/marketing/community-management, version li-lms-2026-09.
 */
export const linkedin: PlatformAdapter = {
  platform: "linkedin",
  displayName: "LinkedIn",
  metrics: {
    // Since July 2025 LinkedIn counts members' posts for others too.
    views: { field: "impressionCount, IMPRESSION", definitionVersion: "2025-07", settleHours: 24 },
    likes: { field: "likeCount, REACTION", definitionVersion: "2025-07", settleHours: 24 },
    comments: { field: "commentCount, COMMENT", definitionVersion: "2025-07", settleHours: 24 },
    shares: { field: "shareCount, RESHARE", definitionVersion: "2025-07", settleHours: 24 },
    clicks: {
      field: "clickCount, LINK_CLICKS",
      definitionVersion: "2025-07",
      settleHours: 24,
      only: "posts of a page, and posts of a member that carry a link",
    },
  },
  batchSize: BATCH_SIZE,
  callsPerBatch: CALLS_PER_BATCH,
  urls: {
    api: "https://api.linkedin.com",
    authorize: "https://www.linkedin.com",
    token: "https://www.linkedin.com",
  },
  secrets: {
    LINKEDIN_CLIENT_ID: "Client id of a LinkedIn app with the Community Management API.",
    LINKEDIN_CLIENT_SECRET: "Client secret of the same app.",
  },
  access: { kind: "account", oauth: linkedinOauth },
  identify: identifyLinkedinPost,
  isShareLink: isLinkedinShareLink,
  pasteInstead,
  observe,
};

const POST = /^urn:li:(?:share|ugcPost):\d{1,20}$/;

/** @throws {RangeError} on no ids or more than {@link BATCH_SIZE}: a caller's bug */
async function observe(deps: AdapterDeps, externalIds: readonly string[]): Promise<CallOutcome> {
  const asked = [...new Set(externalIds)];
  if (asked.length === 0 || asked.length > BATCH_SIZE) {
    throw new RangeError(`a call takes 1 to ${BATCH_SIZE} posts, not ${asked.length}`);
  }
  const { said, refusal, calls } = await find(
    deps,
    asked.filter((id) => POST.test(id)),
  );
  if (refusal !== null && said.size === 0) {
    const { failure, detail, retryAt } = refusal;
    return { kind: failure, detail, retryAt, limits: null, calls };
  }
  const posts = new Map<string, PostAnswer>();
  for (const id of asked) posts.set(id, said.get(id) ?? withoutAnswer(id, refusal));
  return { kind: "answered", posts, limits: null, calls };
}

function find(deps: AdapterDeps, urns: readonly string[]): Promise<Findings> | Findings {
  const nothing = { said: new Map<string, PostAnswer>(), calls: 0 };
  if (urns.length === 0) return { ...nothing, refusal: null };
  const { accountId } = deps;
  if (accountId?.startsWith("urn:li:organization:")) return readPagePosts(deps, accountId, urns);
  if (accountId?.startsWith("urn:li:person:")) return readMemberPosts(deps, accountId, urns);
  return { ...nothing, refusal: refusalOf("unauthorised", "no LinkedIn account to ask as") };
}

/**
 * An activity is what LinkedIn shows in feeds around a share or ugcPost, and has another number. Only an API
 * for which these tokens are not good tells which belongs to which (dmaActivities, scope
 * r_dma_admin_pages_content).
 */
const ACTIVITY = /^urn:li:activity:\d{1,20}$/;
const PASTE_INSTEAD =
  "LinkedIn shows the numbers of a post by its share or ugcPost number alone, and this address has neither. Choose " +
  "“Embed this post” in the menu of the post and paste the address in that code.";

function pasteInstead(externalId: string): string | null {
  return ACTIVITY.test(externalId) ? PASTE_INSTEAD : null;
}

function withoutAnswer(id: string, refusal: RestRefusal | null): PostAnswer {
  if (ACTIVITY.test(id)) return { kind: "unreadable", detail: PASTE_INSTEAD };
  if (refusal === null || !POST.test(id))
    return { kind: "unreadable", detail: "not the URN of a LinkedIn post" };
  const { failure, detail, retryAt } = refusal;
  return { kind: "unanswered", failure, detail, retryAt };
}
