import { type DiscordWorld, remember } from "./discord-world.ts";

/** How many calls a route grants in a window that begins with its first call. */
export interface Bucket {
  name: string;
  calls: number;
  windowMs: number;
}

/** What bots see of webhooks, which Discord does not document. */
export const WEBHOOK_BUCKET: Bucket = { name: "fakewebhookbucket", calls: 5, windowMs: 2_000 };
export const COMMANDS_BUCKET: Bucket = { name: "fakecommandsbucket", calls: 50, windowMs: 20_000 };

export interface Reading {
  granted: boolean;
  /** s until the window ends, with a fraction */
  resetAfter: number;
  headers: Record<string, string>;
}

/**
 * Takes a call from the window of a bucket.
 *
 * @param resource what has a window of its own: a webhook with its token, or an application
 */
export function takeFromBucket(world: DiscordWorld, bucket: Bucket, resource: string, now: number): Reading {
  const key = `${bucket.name}:${resource}`;
  const known = world.windows.get(key);
  const current =
    known !== undefined && now < known.start + bucket.windowMs ? known : { start: now, used: 0 };
  const granted = current.used < bucket.calls;
  if (granted) current.used += 1;
  remember(world.windows, key, current);
  const resetAt = current.start + bucket.windowMs;
  const resetAfter = (resetAt - now) / 1_000;
  return {
    granted,
    resetAfter,
    headers: {
      "x-ratelimit-limit": String(bucket.calls),
      "x-ratelimit-remaining": String(bucket.calls - current.used),
      "x-ratelimit-reset": String(resetAt / 1_000),
      "x-ratelimit-reset-after": String(resetAfter),
      "x-ratelimit-bucket": bucket.name,
    },
  };
}
