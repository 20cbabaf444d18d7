import type { CallFailure, CallOutcome, PostAnswer } from "./adapter.ts";

/** Why a call said nothing of any post. */
interface CallTrouble {
  kind: CallFailure;
  detail: string;
  /** ms UTC; null if the vendor did not say. */
  retryAt: number | null;
}

/**
 * What came of asking for some posts in one call. `refused`: the vendor found fault with something in the
 * request, perhaps with one of its ids.
 */
export type PartAnswer =
  | { kind: "answered"; posts: Map<string, PostAnswer> }
  | { kind: "refused"; detail: string }
  | CallTrouble;

/**
 * Asks for a batch of posts and, where the vendor refuses one, for its halves, so that an id it refuses costs
 * no other post its answer. A post refused alone is `unreadable`; one that was not asked for again before the
 * calls ran out, or before another failure, is `unanswered`.
 *
 * If the vendor answers for no part of a batch of several, the fault is taken to be in the request, and the
 * call has failed. A post that is a batch of its own is taken to be at fault itself: one bad id must not look
 * like a broken platform each time it is tried.
 *
 * @throws {RangeError} on no ids or more than a batch: a caller's bug
 */
export async function observeInHalves(
  ask: (ids: readonly string[]) => Promise<PartAnswer>,
  externalIds: readonly string[],
  { batchSize, maxCalls }: { batchSize: number; maxCalls: number },
): Promise<CallOutcome> {
  const asked = [...new Set(externalIds)];
  if (asked.length === 0 || asked.length > batchSize) {
    throw new RangeError(`a call takes 1 to ${batchSize} posts, not ${asked.length}`);
  }
  const { posts, trouble, calls, isUnderstood } = await learn(ask, asked, maxCalls);
  const isLone = asked.length === 1 && posts.size === 1;
  if (!isUnderstood && !isLone) return { ...trouble, limits: null, calls };
  const { kind: failure, detail, retryAt } = trouble;
  for (const id of asked) {
    if (!posts.has(id)) posts.set(id, { kind: "unanswered", failure, detail, retryAt });
  }
  return { kind: "answered", posts, limits: null, calls };
}

interface Learnt {
  posts: Map<string, PostAnswer>;
  /** The last there was. */
  trouble: CallTrouble;
  calls: number;
  /** Whether the vendor answered any call, and so takes requests of this form. */
  isUnderstood: boolean;
}

/** Large parts go before small ones, so that few calls answer for many posts. */
async function learn(
  ask: (ids: readonly string[]) => Promise<PartAnswer>,
  asked: string[],
  maxCalls: number,
): Promise<Learnt> {
  const posts = new Map<string, PostAnswer>();
  const learnt: Learnt = {
    posts,
    trouble: { kind: "unreadable", detail: "not asked", retryAt: null },
    calls: 0,
    isUnderstood: false,
  };
  const parts = [asked];
  // An array may grow while it is walked: what a refusal adds is asked for last.
  for (const part of parts) {
    if (learnt.calls === maxCalls) break;
    const answer = await ask(part);
    learnt.calls += 1;
    if (answer.kind === "answered") {
      learnt.isUnderstood = true;
      for (const [id, said] of answer.posts) posts.set(id, said);
      continue;
    }
    if (answer.kind !== "refused") return { ...learnt, trouble: answer };
    learnt.trouble = { kind: "unreadable", detail: answer.detail, retryAt: null };
    const [id = "", ...others] = part;
    if (others.length === 0) posts.set(id, { kind: "unreadable", detail: answer.detail });
    else parts.push(...halvesOf(part));
  }
  return learnt;
}

function halvesOf(ids: readonly string[]): [string[], string[]] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)];
}
