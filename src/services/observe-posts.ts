import type { Ctx } from "../context.ts";
import { commitRefusal, commitRun } from "../db/queries/commit-run.ts";
import { loadPosts } from "../db/queries/known-posts.ts";
import { withJitter } from "../domain/attempts.ts";
import { type PostUpdate, planCommit } from "../domain/commit-plan.ts";
import type { KnownPost } from "../domain/open-report.ts";
import { type Answers, askPlatforms } from "./ask-platforms.ts";
import { nextLookAt, toPostUpdate } from "./post-updates.ts";

/** How often a commit that lost a race is planned again from the newer state. */
const COMMIT_TRIES = 3;

/**
 * Observes posts and stores what the platforms say: one read, the vendors' batches, one write. A post whose campaigns
 * are all closed is not asked for any more. Safe to run twice: a second observation is one more fact.
 *
 * @returns the updates that were stored
 * @throws if D1 fails; the caller has the message delivered again
 */
export async function observePosts(ctx: Ctx, postIds: readonly string[]): Promise<PostUpdate[]> {
  const posts = await loadPosts(ctx.db, [...new Set(postIds)]);
  const watched = posts.filter((post) => isWatched(ctx, post));
  return await storeAnswers(ctx, posts, await askPlatforms(ctx, watched));
}

/**
 * Stores what the platforms answered for these posts and counts the calls, in one write. A post that was not asked for
 * because nobody watches it is not due again; one that could not be asked is due when asking makes sense again.
 *
 * @returns the updates that were stored
 * @throws if D1 fails
 */
export async function storeAnswers(
  ctx: Ctx,
  loaded: readonly KnownPost[],
  answers: Answers,
): Promise<PostUpdate[]> {
  let posts = loaded;
  for (let attempt = 1; ; attempt++) {
    const updates = posts.flatMap((post) => updateOf(ctx, post, answers) ?? []);
    try {
      await commit(ctx, updates, answers);
      ctx.log.info("posts_observed", {
        asked: loaded.length,
        stored: updates.length,
        vendor_calls: answers.vendorCalls,
      });
      return updates;
    } catch (error) {
      if (commitRefusal(error) !== "post_moved" || attempt >= COMMIT_TRIES) throw error;
      posts = await loadPosts(
        ctx.db,
        loaded.map(({ id }) => id),
      );
    }
  }
}

function isWatched(ctx: Ctx, post: KnownPost): boolean {
  return nextLookAt(post, ctx.now(), ctx.config) !== null;
}

function updateOf(ctx: Ctx, post: KnownPost, answers: Answers): PostUpdate | null {
  const answer = answers.byPost.get(post.id);
  if (answer?.kind === "put_off") {
    const dueAt = withJitter(ctx.now(), answer.retryAt, ctx.random());
    return { post, at: ctx.now(), state: post.state, numbers: null, dueAt };
  }
  if (answer !== undefined) return toPostUpdate(post, answer, ctx.config);
  return isWatched(ctx, post) ? null : retire(post, ctx.now());
}

/** Nobody watches the post any more: it stays as it is and is not due again. */
function retire(post: KnownPost, at: number): PostUpdate {
  return { post, at, state: post.state, numbers: null, dueAt: null };
}

async function commit(ctx: Ctx, updates: readonly PostUpdate[], answers: Answers): Promise<void> {
  const now = ctx.now();
  await commitRun(ctx.db, {
    plan: planCommit([], updates, now),
    leaseRun: "",
    run: null,
    counters: answers.counters,
    now,
    ids: ctx.ids,
    alertRepeatMs: 0,
  });
}
