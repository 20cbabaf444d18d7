import type { AdapterDeps, CallOutcome, PlatformAdapter, PostAnswer } from "./adapter.ts";
import { BATCH_MAX, openGraph } from "./graph.ts";
import { AD_CALLS_MAX, readPromotions } from "./meta-ads.ts";
import { POST_CALLS_MAX, readPagePosts } from "./meta-nodes.ts";
import { metaOAuth } from "./meta-oauth.ts";
import { readPost } from "./meta-post.ts";
import { identifyMetaPost, isMetaShareLink } from "./meta-urls.ts";

/** On this day counts of media views took the place of impressions. */
const MEDIA_VIEWS = "2025-11-15";

/**
 * Posts, videos and reels of Facebook Pages, with the token of the Page, and what linked ad accounts say of the promoted
 * ones, with a token of their own.
 *
 * Source: developers.facebook.com/docs/graph-api/reference/pagepost and …/docs/platforminsights/page.
 */
export const meta: PlatformAdapter = {
  platform: "meta",
  displayName: "Facebook",
  metrics: {
    views: { field: "post_media_view", definitionVersion: MEDIA_VIEWS, settleHours: 24 },
    clicks: { field: "post_clicks", definitionVersion: MEDIA_VIEWS, settleHours: 24 },
    // Attributed up to three days late.
    conversions: {
      field: "actions.omni_purchase",
      definitionVersion: MEDIA_VIEWS,
      settleHours: 72,
      only: "posts that were promoted by a linked ad account",
    },
    likes: { field: "reactions.summary.total_count", definitionVersion: MEDIA_VIEWS, settleHours: 0 },
    comments: { field: "comments.summary.total_count", definitionVersion: MEDIA_VIEWS, settleHours: 0 },
    shares: {
      field: "shares.count",
      definitionVersion: MEDIA_VIEWS,
      settleHours: 0,
      only: "posts that were shared",
    },
  },
  batchSize: BATCH_MAX,
  callsPerBatch: POST_CALLS_MAX + AD_CALLS_MAX,
  urls: { api: "https://graph.facebook.com", authorize: "https://www.facebook.com" },
  secrets: {
    META_APP_ID: "App ID of a Meta app with Facebook Login.",
    META_APP_SECRET: "App secret of the same app.",
  },
  optionalSecrets: {
    META_ADS_TOKEN: "Token of a system user with ads_read, for conversions and spend of promoted posts.",
    META_AD_ACCOUNTS: "The ad accounts it may read, such as act_1,act_2.",
  },
  access: { kind: "account", oauth: metaOAuth },
  identify: identifyMetaPost,
  isShareLink: isMetaShareLink,
  observe,
};

/** @throws {RangeError} on no ids, more than the vendor takes, or no Page: a caller's bug */
async function observe(deps: AdapterDeps, externalIds: readonly string[]): Promise<CallOutcome> {
  const asked = [...new Set(externalIds)];
  const { accountId: pageId, nativeIds } = deps;
  if (asked.length === 0 || asked.length > BATCH_MAX) {
    throw new RangeError(`a call takes 1 to ${BATCH_MAX} posts, not ${asked.length}`);
  }
  if (pageId === null) throw new RangeError("Facebook is asked with the token of a Page");

  const graph = openGraph(deps);
  const read = await readPagePosts(graph, { pageId, externalIds: asked, nativeIds });
  const { calls, limits } = graph.spent();
  if (!(read instanceof Map)) return { ...read, limits, calls };
  const stories = [...read.values()].flatMap((post) => (post.kind === "seen" ? [post.ask.id] : []));
  const ads = await readPromotions(deps, new Set(stories));
  const context = { pageId, promotions: ads?.promotions ?? null };
  const posts = new Map<string, PostAnswer>();
  for (const [id, post] of read) posts.set(id, post.kind === "seen" ? readPost(post, context) : post);
  return { kind: "answered", posts, limits, calls: calls + (ads?.calls ?? 0) };
}
