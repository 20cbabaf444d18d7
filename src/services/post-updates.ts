import type { Config } from "../config.ts";
import type { PostUpdate } from "../domain/commit-plan.ts";
import { nextObservation } from "../domain/observation-schedule.ts";
import type { KnownPost } from "../domain/open-report.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { TrustBucket } from "../domain/trust.ts";
import { definitionVersionOf } from "../platforms/facts.ts";
import { adapterOf } from "../platforms/lookup.ts";
import type { Answer } from "./ask-platforms.ts";

/** How the interval of a campaign is adapted to the trust of who claims the post. */
export function bucketFactors(config: Config): Record<TrustBucket, number> {
  return {
    high: config.OBSERVE_FACTOR_HIGH,
    normal: config.OBSERVE_FACTOR_NORMAL,
    low: config.OBSERVE_FACTOR_LOW,
    critical: config.OBSERVE_FACTOR_CRITICAL,
  };
}

/** When the post is observed next by the wish of all its campaigns; null once they are all closed. */
export function nextLookAt(post: KnownPost, now: number, config: Config): number | null {
  return nextObservation(post.claimants, now, bucketFactors(config));
}

/** Whether something newer is stored than this answer, which then says nothing of the post as it is. */
function isStale(post: KnownPost, at: number): boolean {
  return post.observedAt !== null && at <= post.observedAt;
}

/** What an answer changes of its post; null if the platform was not asked or did not answer. */
export function toPostUpdate(post: KnownPost, answer: Answer | undefined, config: Config): PostUpdate | null {
  if (answer?.kind !== "answered") return null;
  const { at, observation } = answer;
  const dueAt = nextLookAt(post, at, config);
  if (observation.kind !== "numbers") {
    if (isStale(post, at)) return null;
    const { kind } = observation;
    if (kind === "gone") return { post, at, state: kind, numbers: null, dueAt: afterGone(post, at, config) };
    return { post, at, state: kind === "private" ? kind : post.state, numbers: null, dueAt };
  }
  const { kind: _, nativeId = null, spend = null, ...numbers } = observation;
  const definitionVersion = definitionVersionOf(adapterOf(post.platform));
  const { accountId } = answer;
  return {
    post,
    at,
    state: "live",
    numbers: { ...numbers, nativeId, spend, accountId, definitionVersion },
    dueAt,
  };
}

/** A watched post that no run had to ask for is due at once, so that its campaign sees it; null if it is due anyway. */
export function firstLook(post: KnownPost, now: number, config: Config): PostUpdate | null {
  if (post.observeDueAt !== null || post.state === "gone" || nextLookAt(post, now, config) === null)
    return null;
  return { post, at: now, state: post.state, numbers: null, dueAt: now };
}

/** A post is gone for good after a second look: a platform may leave a live one out of an answer once. */
function afterGone(post: KnownPost, at: number, config: Config): number | null {
  return post.state === "gone" ? null : at + config.ABSENT_SECOND_LOOK_SECONDS * 1_000;
}

/** What a report of the post learns from an answer; without one, what is stored has to do. */
export function toSighting(post: KnownPost, answer: Answer | undefined): Sighting {
  if (answer === undefined) return { kind: "stored" };
  if (answer.kind === "put_off") return answer;
  const { at, observation } = answer;
  if (observation.kind !== "numbers") return isStale(post, at) ? { kind: "stored" } : observation;
  const definitionVersion = definitionVersionOf(adapterOf(post.platform));
  const { metrics, authorId, publishedAt } = observation;
  return { kind: "observed", at, metrics, definitionVersion, authorId, publishedAt };
}
