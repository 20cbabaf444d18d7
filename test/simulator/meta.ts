import { type Graph, type GraphCall, graphOperations } from "./graph.ts";
import { failGraph, GraphError } from "./graph-error.ts";
import { type Asked, type GraphNode, page, select } from "./graph-fields.ts";
import { graphTime } from "./graph-insights.ts";
import { isAccepted, isIssued, readGraphToken } from "./graph-token.ts";
import { metaAccess, PREFIX, pageName, pageToken, userIdOf } from "./meta-access.ts";
import { adAccount } from "./meta-ads.ts";
import { postOf, STORY_ID, storyOf, VIDEO_ID } from "./meta-ids.ts";
import { postInsights, videoInsights } from "./meta-insights.ts";
import type { Post } from "./posts.ts";
import type { Vendor } from "./vendor.ts";

const AD_ACCOUNT_ID = /^act_\w+$/;

const graph: Graph = {
  caller(world, { token, nodeIds, now }) {
    // Ads are read with a system user's token: a lasting secret like an API key, made by hand in the vendor's own pages.
    const isForAds = nodeIds.length > 0 && nodeIds.every((id) => AD_ACCOUNT_ID.test(id));
    const isSecret = isForAds && isAccepted(token) && !isIssued(PREFIX, token);
    return isSecret
      ? { kind: "system", accountId: "" }
      : readGraphToken(world, { prefix: PREFIX, token }, now);
  },
  useCase({ kind, accountId }, nodeId) {
    if (kind === "page") return { type: "pages", id: accountId };
    return AD_ACCOUNT_ID.test(nodeId) ? { type: "ads_insights", id: nodeId.slice("act_".length) } : null;
  },
  find(call, id) {
    const { kind, accountId } = call.caller;
    if (AD_ACCOUNT_ID.test(id)) return kind === "page" ? null : adAccount(call, id);
    if (kind === "system") return null;
    if (id === accountId || (id === "me" && kind === "page")) return pageNode(call);
    if (kind === "page") return postNode(call, id);
    if (postOf(id) !== null) throw new GraphError(NEEDS_PAGE_TOKEN);
    return id === "me" || id === userIdOf(accountId) ? userNode(call) : null;
  },
  postOf,
};

/**
 * The Graph API of Facebook Pages with the ads that promote their posts. A Page's token sees that Page's posts; posts go by
 * their number (test/simulator/meta-ids.ts). One that was told to have conversions is promoted (test/simulator/meta-ads.ts).
 *
 * A count that is hidden has no data in insights and no field elsewhere.
 */
export const metaVendor: Vendor = {
  platform: "meta",
  callsPerWindow: 48_000,
  namings: [],
  operations: [
    ...metaAccess,
    ...graphOperations(graph, [
      "accounts",
      "ads",
      "feed",
      "insights",
      "posts",
      "published_posts",
      "video_insights",
    ]),
  ],
  fail: failGraph,
  publishedAtOf: () => null,
  demoPost: (n) => {
    const externalId = `1220${String(n).padStart(11, "0")}`;
    return { externalId, url: `https://www.facebook.com/demo.page/posts/${externalId}` };
  },
};

const NEEDS_PAGE_TOKEN = {
  message: "Invalid OAuth 2.0 Access Token",
  code: 190,
  subcode: 2_069_032,
  shown: {
    title: "User Access Token Is Not Supported",
    text: "A Page access token is required for this call for the new Pages experience.",
  },
};

function userNode(call: GraphCall): GraphNode {
  const { world, caller } = call;
  const id = userIdOf(caller.accountId);
  return {
    type: "User",
    id,
    always: ["id"],
    defaults: ["name"],
    fields: {
      id: () => id,
      name: () => `Owner of ${pageName(world, caller.accountId)}`,
      // Without fields the vendor shows these of each Page.
      accounts: (asked) => page([{ ...pageNode(call), defaults: ["access_token", "name"] }], asked),
    },
  };
}

function pageNode(call: GraphCall): GraphNode {
  const { world, caller } = call;
  const { accountId } = caller;
  const posts = (asked: Asked) => {
    const own = ownPosts(call, (id) => storyOf(accountId, id));
    return page(own, asked);
  };
  const videos = (asked: Asked) => {
    const own = ownPosts(call, (id) => id);
    return page(own, asked);
  };
  return {
    type: "Page",
    id: accountId,
    always: ["id"],
    defaults: ["name"],
    fields: {
      id: () => accountId,
      name: () => pageName(world, accountId),
      username: () => world.people.byId(accountId)?.handle,
      link: () => `https://www.facebook.com/${accountId}`,
      access_token: () => pageToken(call),
      posts,
      feed: posts,
      published_posts: posts,
      videos,
      video_reels: videos,
    },
  };
}

/** The Page's posts that the control API was told of, newest first, each as the node of this id if it is one. */
function ownPosts(call: GraphCall, nodeIdOf: (postId: string) => string): GraphNode[] {
  const { posts } = call.world;
  return posts
    .told()
    .map((id) => posts.see(id, call.now))
    .toSorted((a, b) => b.publishedAt - a.publishedAt)
    .flatMap(({ id }) => postNode(call, nodeIdOf(id)) ?? []);
}

/** Null for what is gone, private or another Page's: the vendor does not say which. */
function postNode(call: GraphCall, id: string): GraphNode | null {
  const { world, caller, now } = call;
  const [postId, pageId] = [postOf(id), STORY_ID.exec(id)?.[1]];
  if (postId === null || (pageId !== undefined && pageId !== caller.accountId)) return null;
  const post = world.posts.see(postId, now);
  if (post.state !== "live" || (post.authored && post.author.id !== caller.accountId)) return null;
  return pageId === undefined ? video(call, post) : pagePost(call, post);
}

function pagePost(call: GraphCall, post: Post): GraphNode {
  const { counts } = post;
  const id = storyOf(call.caller.accountId, post.id);
  return {
    type: "Post",
    id,
    always: ["id"],
    defaults: ["created_time", "message"],
    fields: {
      ...common(call, post),
      id: () => id,
      message: () => "A simulated post.",
      permalink_url: () =>
        VIDEO_ID.test(post.id)
          ? `https://www.facebook.com/reel/${post.id}/`
          : `https://www.facebook.com/${call.caller.accountId}/posts/${post.id}`,
      is_published: () => true,
      status_type: () => "added_photos",
      // Absent when nobody shared.
      shares: () => (counts.shares ? { count: counts.shares } : undefined),
      reactions: (asked) => summed(counts.likes, asked, { viewer_reaction: "NONE" }),
      insights: (asked) => postInsights(id, counts, asked),
    },
  };
}

function video(call: GraphCall, post: Post): GraphNode {
  const { counts, id } = post;
  return {
    type: "Video",
    id,
    always: ["id"],
    defaults: ["description", "updated_time"],
    fields: {
      ...common(call, post),
      id: () => id,
      description: () => "A simulated reel.",
      length: () => 17.5,
      permalink_url: () => `/reel/${id}/`,
      post_id: () => storyOf(call.caller.accountId, id),
      views: () => counts.views ?? undefined,
      likes: (asked) => summed(counts.likes, asked, { can_like: true, has_liked: false }),
      video_insights: (asked) => videoInsights(id, counts, asked),
    },
  };
}

function common(call: GraphCall, { counts, publishedAt }: Post): GraphNode["fields"] {
  const { world, caller } = call;
  const author: GraphNode = {
    type: "Page",
    id: caller.accountId,
    always: ["id"],
    defaults: ["name"],
    fields: { id: () => caller.accountId, name: () => pageName(world, caller.accountId) },
  };
  return {
    created_time: () => graphTime(publishedAt),
    updated_time: () => graphTime(publishedAt),
    from: ({ fields, base }) => select(author, fields, base),
    comments: (asked) => summed(counts.comments, asked, { order: "ranked", can_comment: true }),
  };
}

/** People are not simulated, so the list of them is empty; how many they are is in the summary, if that is asked for. */
function summed(count: number | null, { args }: Asked, more: Record<string, unknown>) {
  if (count === null) return undefined;
  if (args.summary === undefined || args.summary === "false") return { data: [] };
  return { data: [], summary: { total_count: count, ...more } };
}
