import type { Verdict } from "./judge.ts";
import type { KnownPost, OpenReport } from "./open-report.ts";
import type { Sighting } from "./sighting.ts";
import type { SuspicionFlag } from "./suspicion.ts";

/** Who made a post and when, as far as its platform says. */
export type PostOrigin = Pick<KnownPost, "authorId" | "publishedAt">;

/** From this look, or else from an earlier one. */
export function originOf({ post }: OpenReport, sighting: Sighting): PostOrigin {
  if (sighting.kind !== "observed") return post;
  return {
    authorId: sighting.authorId ?? post.authorId,
    publishedAt: sighting.publishedAt ?? post.publishedAt,
  };
}

/** The flags a claim earns by what its post turned out to be. */
export function learntFlags(report: OpenReport, origin: PostOrigin): SuspicionFlag[] {
  const { publishedAt } = origin;
  const flags: SuspicionFlag[] = [];
  if (publishedAt !== null && publishedAt < report.campaignStartsAt) flags.push("published_before_campaign");
  if (isForeign(report, origin)) flags.push("not_own_post");
  return flags;
}

/**
 * Whether the platform names an author who is none of the affiliate's accounts. Somebody who has connected none there has
 * not said who they are, unless posts are claimed by their owners alone.
 */
export function isForeign({ ownersOnly, ownAccounts }: OpenReport, { authorId }: PostOrigin): boolean {
  if (authorId === null || (!ownersOnly && ownAccounts.length === 0)) return false;
  return !ownAccounts.includes(authorId);
}

/** Right numbers of somebody else's post are no merit; wrong ones cost as always. */
export function unrewarded(verdict: Verdict): Verdict {
  return verdict.trust_event === "perfect_match" ? { ...verdict, trust_event: null } : verdict;
}
