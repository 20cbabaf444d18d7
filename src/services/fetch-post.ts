import type { Ctx } from "../context.ts";
import { findPost } from "../db/queries/platforms.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { Metrics } from "../domain/metrics.ts";
import { UNKNOWN_METRICS } from "../domain/metrics.ts";
import type { KnownPost } from "../domain/open-report.ts";
import type { Platform } from "../domain/platform.ts";
import { displayNameOf } from "../platforms/lookup.ts";
import { type Answer, askPlatforms } from "./ask-platforms.ts";
import type { AskedPost } from "./call-vendor.ts";
import { identifyLink } from "./identify-link.ts";
import { storeAnswers } from "./observe-posts.ts";

/** A post by its address or by the platform's own id. */
export type PostName = { url: string } | { externalId: string };

export interface FetchedPost {
  platform: Platform;
  externalId: string;
  /** Null for a post that nobody submitted. */
  postId: string | null;
  state: "live" | "gone" | "private" | "unreadable";
  /** What the platform does not show is null. */
  metrics: Metrics;
  authorName: string | null;
  /** ms UTC */
  publishedAt: number | null;
  /** ms UTC */
  observedAt: number;
  /** Whether the answer became part of what is known of the post. */
  stored: boolean;
}

/**
 * Asks the platform for one post now, through its gate. What it says of a post we know is stored like any other
 * observation; of an unknown one it is only shown.
 *
 * @throws {ClaimcheckError} validation_failed, conflict (switched off), temporarily_unavailable with a time to try again
 */
export async function fetchPost(ctx: Ctx, platform: Platform, name: PostName): Promise<FetchedPost> {
  const externalId = "url" in name ? await identify(ctx, platform, name.url) : name.externalId;
  const { post, config } = await findPost(ctx.db, platform, externalId);
  if (!config.enabled) {
    throw new ClaimcheckError("conflict", `${displayNameOf(platform)} is switched off.`);
  }
  const asked: AskedPost = post ?? {
    id: externalId,
    platform,
    externalId,
    nativeId: null,
    accountId: null,
    platformEnabled: config.enabled,
    platformQuota: config.quota,
  };
  const answers = await askPlatforms(ctx, [asked]);
  // Also without an answer, and for an unknown post: the call itself is counted.
  await storeAnswers(ctx, post === null ? [] : [post], answers);
  const answer = answers.byPost.get(asked.id);
  if (answer?.kind !== "answered") throw notAnswered(ctx, platform, answer);
  return { platform, externalId, postId: post?.id ?? null, ...describe(answer, post) };
}

async function identify(ctx: Ctx, platform: Platform, url: string): Promise<string> {
  const identity = await identifyLink(ctx, url);
  if (identity.platform === platform) return identity.externalId;
  const found = displayNameOf(identity.platform);
  throw invalidField("#/url", `The address is a post on ${found}, not on ${displayNameOf(platform)}.`);
}

type Described = Omit<FetchedPost, "platform" | "externalId" | "postId">;

function describe(answer: Extract<Answer, { kind: "answered" }>, post: KnownPost | null): Described {
  const { at, observation } = answer;
  const known = { observedAt: at, stored: post !== null && observation.kind !== "unreadable" };
  if (observation.kind === "numbers") {
    const { metrics, authorName, publishedAt } = observation;
    return { state: "live", metrics, authorName, publishedAt, ...known };
  }
  return { state: observation.kind, metrics: UNKNOWN_METRICS, authorName: null, publishedAt: null, ...known };
}

/** Why a post could not be asked for, in words for an operator. */
const WHY: Readonly<Record<string, string>> = {
  held: "an operator holds its calls",
  breaker_open: "its circuit breaker is open after repeated failures",
  breaker_half_open: "its circuit breaker is half-open and all probes are out",
  quota: "the quota is used up",
  rate_limited: "it refused the call as one too many",
  unauthorised: "it refused our credential",
  outage: "it gave no answer",
  unreadable: "it answered with something that cannot be read",
  not_configured: "its credential is not set",
  not_connected:
    "only an account that is connected shows its posts, and nobody who claims this one has connected any",
  reconnect: "the owner of the post has to connect the account again",
  gate_unreachable: "its gate could not be asked for leave",
};

function notAnswered(ctx: Ctx, platform: Platform, answer: Answer | undefined): ClaimcheckError {
  const retryAt = answer?.kind === "put_off" ? answer.retryAt : ctx.now();
  const reason = answer?.kind === "put_off" ? answer.reason : "outage";
  const seconds = Math.max(1, Math.ceil((retryAt - ctx.now()) / 1_000));
  const why = WHY[reason] ?? reason;
  const when = new Date(ctx.now() + seconds * 1_000).toISOString();
  const detail = `${displayNameOf(platform)} cannot be asked now: ${why} (${reason}). Try again at ${when}.`;
  return new ClaimcheckError("temporarily_unavailable", detail, { retryAfterSeconds: seconds });
}
