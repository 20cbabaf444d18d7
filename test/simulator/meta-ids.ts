import { numberSpelled, textSpelled } from "./spelled.ts";

/** A post in the graph: `{page}_{number}`. */
export const STORY_ID = /^(\w+)_(\d+)$/;

/** Numbers of videos and reels begin so. A video is a node by itself, and the post that shows it has another number. */
export const VIDEO_ID = /^999\d+$/;
const OF_A_VIDEO = /^998(\d+)$/;

/** What addresses show in place of a number. The graph takes it nowhere, and a Page's list alone tells which post it is. */
const OPAQUE_ID = /^pfbid[0-9A-Za-z]+$/;
const OF_AN_OPAQUE_ID = /^997(\d{1,300})$/;

/** The post of a Page under which the graph knows what an address calls by this id. */
export function storyOf(pageId: string, postId: string): string {
  if (OPAQUE_ID.test(postId)) return `${pageId}_997${numberSpelled(postId)}`;
  return `${pageId}_${VIDEO_ID.test(postId) ? postId.replace(/^999/, "998") : postId}`;
}

/** The id in the address of what a node shows, null for nodes that are no post and no video. */
export function postOf(nodeId: string): string | null {
  if (VIDEO_ID.test(nodeId)) return nodeId;
  const number = STORY_ID.exec(nodeId)?.[2];
  // A video's own number makes no post.
  if (number === undefined || VIDEO_ID.test(number)) return null;
  const spelled = OF_AN_OPAQUE_ID.exec(number)?.[1];
  const opaque = spelled === undefined ? null : textSpelled(spelled);
  if (opaque !== null && OPAQUE_ID.test(opaque)) return opaque;
  return number.replace(OF_A_VIDEO, "999$1");
}
