import { type Graph, type GraphCall, graphOperations } from "./graph.ts";
import { badParameter, failGraph, GraphError } from "./graph-error.ts";
import { type Asked, type GraphNode, page, select } from "./graph-fields.ts";
import { graphTime } from "./graph-insights.ts";
import { readGraphToken } from "./graph-token.ts";
import { instagramAccess, PREFIX, scopedIdOf } from "./instagram-access.ts";
import { insightsOf, mediaKindOf } from "./instagram-insights.ts";
import type { Post } from "./posts.ts";
import { numberSpelled, textSpelled } from "./spelled.ts";
import type { Vendor, World } from "./vendor.ts";

const SHORTCODE = /^[A-Za-z0-9_-]{5,28}$/;
/** What the ids of media begin with. */
const MEDIA = "179";

const graph: Graph = {
  caller: (world, { token, now }) => readGraphToken(world, { prefix: PREFIX, token }, now),
  useCase: ({ accountId }) => ({ type: "instagram", id: accountId }),
  find(call, id) {
    const { accountId } = call.caller;
    const ownIds = ["me", accountId, scopedIdOf(accountId)];
    if (ownIds.includes(id)) return user(call, id === accountId ? accountId : scopedIdOf(accountId));
    const shortcode = shortcodeOf(id);
    const post = shortcode === null ? null : call.world.posts.see(shortcode, call.now);
    return post !== null && isOwn(call, post) ? media(call, post) : null;
  },
  postOf: shortcodeOf,
};

/**
 * The Instagram API with Instagram Login: a professional account sees its own media and nobody else's. Posts go by their
 * shortcode, media by a number the vendor keeps apart from it; only those the control API was told of are listed.
 *
 * Codes that begin with `Reel` are of reels, and those with `Old` of posts from before the account became a professional
 * one. A count that is hidden is missing from the node, and its insight has no data.
 */
export const instagramVendor: Vendor = {
  platform: "instagram",
  callsPerWindow: 48_000,
  // Where an insight has its number; the vendor's answers use both.
  namings: ["values", "total_value"],
  operations: [...instagramAccess, ...graphOperations(graph, ["media", "insights"])],
  fail: failGraph,
  publishedAtOf: () => null,
  demoPost: (n) => {
    const externalId = n % 2 === 0 ? `Demo${padded(n)}` : `Reel${padded(n)}`;
    const kind = n % 2 === 0 ? "p" : "reel";
    return { externalId, url: `https://www.instagram.com/${kind}/${externalId}/` };
  },
};

const padded = (n: number) => String(n).padStart(7, "0");

/** Gone, private or another's: the vendor does not say which. */
function isOwn({ caller }: GraphCall, { state, authored, author }: Post): boolean {
  return state === "live" && (!authored || author.id === caller.accountId);
}

/** @param shownId of the app's own ids of people, unless it was asked for by its number as a professional account */
function user(call: GraphCall, shownId: string): GraphNode {
  const { world, caller } = call;
  const person = world.people.byId(caller.accountId);
  return {
    type: "User",
    id: caller.accountId,
    always: ["id"],
    defaults: [],
    fields: {
      id: () => shownId,
      user_id: () => caller.accountId,
      username: () => usernameOf(world, caller.accountId),
      name: () => person?.name,
      biography: () => person?.about,
      account_type: () => "BUSINESS",
      media_count: () => ownMedia(call).length,
      media: (asked) => page(ownMedia(call), asked),
    },
  };
}

/** Newest first. */
function ownMedia(call: GraphCall): GraphNode[] {
  const { world, now } = call;
  return world.posts
    .told()
    .filter((code) => SHORTCODE.test(code))
    .map((code) => world.posts.see(code, now))
    .filter((post) => isOwn(call, post))
    .toSorted((a, b) => b.publishedAt - a.publishedAt)
    .map((post) => media(call, post));
}

function media({ world, caller }: GraphCall, post: Post): GraphNode {
  const { counts } = post;
  const { mediaType, productType, path } = mediaKindOf(post.id);
  const owner: GraphNode = {
    type: "User",
    id: caller.accountId,
    always: ["id"],
    defaults: [],
    fields: { id: () => caller.accountId, username: () => usernameOf(world, caller.accountId) },
  };
  return {
    type: "Media",
    id: mediaIdOf(post.id),
    always: ["id"],
    defaults: [],
    fields: {
      id: () => mediaIdOf(post.id),
      caption: () => "A simulated post.",
      comments_count: () => counts.comments ?? undefined,
      is_comment_enabled: () => true,
      like_count: () => counts.likes ?? undefined,
      media_product_type: () => productType,
      media_type: () => mediaType,
      owner: ({ fields, base }) => select(owner, fields, base),
      permalink: () => `https://www.instagram.com/${path}/${post.id}/`,
      shares_count: () => counts.shares ?? undefined,
      shortcode: () => post.id,
      timestamp: () => graphTime(post.publishedAt),
      username: () => usernameOf(world, caller.accountId),
      insights: (asked: Asked) => insights(world, post, asked),
    },
  };
}

function insights(world: World, post: Post, asked: Asked) {
  if (post.id.startsWith("Old")) throw new GraphError(BEFORE_CONVERSION);
  if (asked.args.period !== undefined && asked.args.period !== "lifetime")
    throw badParameter("The following periods are not supported for media insights");
  return insightsOf({ post, mediaId: mediaIdOf(post.id), inTotal: world.naming === "total_value" }, asked);
}

const BEFORE_CONVERSION = {
  message: "Invalid parameter",
  code: 100,
  subcode: 2_108_006,
  shown: {
    title: "Media Posted Before Business Account Conversion",
    text:
      "The media was posted before the most recent time that the user's account was converted to a business account " +
      "from a personal account.",
  },
};

function usernameOf(world: World, accountId: string): string {
  return world.people.byId(accountId)?.handle ?? `creator_${accountId}`;
}

/** Reversible, so that an id is good after a restart too. */
function mediaIdOf(shortcode: string): string {
  return `${MEDIA}${numberSpelled(shortcode)}`;
}

/** Null for what is no id of a medium. */
function shortcodeOf(mediaId: string): string | null {
  if (!/^179\d{1,60}$/.test(mediaId)) return null;
  const code = textSpelled(mediaId.slice(MEDIA.length));
  return code !== null && SHORTCODE.test(code) ? code : null;
}
