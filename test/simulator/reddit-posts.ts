import type { Post } from "./posts.ts";
import { hash32 } from "./random.ts";

const SUBREDDIT = "claimcheck";

/** The fields of a post that every simulated one has alike, by what they hold. */
const NULLS = [
  "approved_at_utc",
  "approved_by",
  "author_flair_background_color",
  "author_flair_css_class",
  "author_flair_template_id",
  "author_flair_text",
  "author_flair_text_color",
  "banned_at_utc",
  "banned_by",
  "category",
  "content_categories",
  "discussion_type",
  "distinguished",
  // The vote of whoever asks, and no count.
  "likes",
  "link_flair_css_class",
  "link_flair_text",
  "media",
  "mod_note",
  "mod_reason_by",
  "mod_reason_title",
  "num_reports",
  "removal_reason",
  "removed_by",
  "report_reasons",
  "secure_media",
  "selftext_html",
  "suggested_sort",
  "thumbnail_height",
  "thumbnail_width",
  "top_awarded_type",
  "view_count",
];
const FALSES = [
  "allow_live_comments",
  "archived",
  "author_is_blocked",
  "author_patreon_flair",
  "author_premium",
  "can_gild",
  "can_mod_post",
  "clicked",
  "contest_mode",
  "edited",
  "hidden",
  "is_created_from_ads_ui",
  "is_meta",
  "is_original_content",
  "is_reddit_media_domain",
  "is_video",
  "locked",
  "media_only",
  "no_follow",
  "over_18",
  "pinned",
  "quarantine",
  "saved",
  "spoiler",
  "stickied",
  "visited",
];
const TRUES = ["is_crosspostable", "is_robot_indexable", "is_self", "send_replies"];
const ZEROS = ["downs", "gilded", "num_crossposts", "total_awards_received"];
const LISTS = [
  "all_awardings",
  "author_flair_richtext",
  "awarders",
  "link_flair_richtext",
  "mod_reports",
  "treatment_tags",
  "user_reports",
];
const OBJECTS = ["gildings", "media_embed", "secure_media_embed"];

function all(fields: readonly string[], value: unknown): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, value]));
}

const ALIKE = {
  ...all(NULLS, null),
  ...all(FALSES, false),
  ...all(TRUES, true),
  ...all(ZEROS, 0),
  ...all(LISTS, []),
  ...all(OBJECTS, {}),
  author_flair_type: "text",
  link_flair_background_color: "",
  link_flair_text_color: "dark",
  link_flair_type: "text",
  domain: `self.${SUBREDDIT}`,
  subreddit: SUBREDDIT,
  subreddit_id: "t5_c1a1m",
  subreddit_name_prefixed: `r/${SUBREDDIT}`,
  subreddit_subscribers: 1_234,
  thumbnail: "self",
  // Whether advertisements may stand beside it: all.
  pwls: 6,
  wls: 6,
};

/** The address of a post below its host. */
export function permalink(id: string): string {
  return `/r/${SUBREDDIT}/comments/${id}/post_${id}/`;
}

/** The full name of an account: t2_ and its id. */
export function fullnameOf(accountId: string): string {
  return accountId.startsWith("t2_") ? accountId : `t2_${accountId}`;
}

/**
 * A post as Reddit lists it. A deleted one is still there, emptied. One of a private community is shown as a
 * member sees it: from everybody else Reddit keeps it, and then nobody could rehearse the difference.
 */
export function thing({ id, state, counts, author, publishedAt }: Post) {
  const seconds = Math.floor(publishedAt / 1000);
  const score = counts.likes ?? 1;
  const data = {
    ...ALIKE,
    id,
    name: `t3_${id}`,
    title: `Post ${id}`,
    selftext: "A simulated post.",
    permalink: permalink(id),
    url: `https://www.reddit.com${permalink(id)}`,
    subreddit_type: state === "private" ? "private" : "public",
    author: author.name,
    author_fullname: fullnameOf(author.id),
    created: seconds,
    created_utc: seconds,
    score,
    ups: score,
    upvote_ratio: 0.5 + (hash32(id) % 50) / 100,
    hide_score: counts.likes === null,
    // Reddit hides no number of comments; one told to be hidden is left out.
    num_comments: counts.comments ?? undefined,
    removed_by_category: null,
  };
  return { kind: "t3", data: state === "gone" ? deleted(data) : data };
}

/** What is left of a post its author deleted. */
function deleted<T extends { author_fullname: string }>({ author_fullname: _nobody, ...data }: T) {
  const emptied = { author: "[deleted]", selftext: "[deleted]", removed_by_category: "deleted" };
  return { ...data, ...emptied, is_robot_indexable: false, is_crosspostable: false };
}
