import { hash32 } from "./random.ts";

const HOUR_MS = 3_600_000;

/**
 * The counts a simulated post has, in Claimcheck's words; each vendor file says them in its own. Conversions are never
 * made up: a post has some, be it 0, if it was told to, and is then one that somebody pays to promote.
 */
export const COUNTED = ["views", "clicks", "conversions", "likes", "comments", "shares"] as const;
export type Counted = (typeof COUNTED)[number];

type PostState = "live" | "gone" | "private";

/** `initial + per_hour × hours`, never below 0 and never above `saturates_at`. */
interface Growth {
  initial: number;
  per_hour: number;
  saturates_at?: number | undefined;
}

/** What the control API was told of a post. What it was not told is made up from the id. Times in ms UTC. */
export interface ToldPost {
  metrics?: Partial<Record<Counted, number | null>> | undefined;
  growth?: Partial<Record<Counted, Growth>> | undefined;
  /** From when the growth counts. */
  started_at: number;
  state?: PostState | undefined;
  author?: { id: string; name: string } | undefined;
  published_at?: number | undefined;
}

/** A post as it stands at one instant. A count of null is one the platform does not show. */
export interface Post {
  id: string;
  state: PostState;
  counts: Record<Counted, number | null>;
  author: { id: string; name: string };
  /** Whether its author was told. Where only its owner sees a post, one of nobody belongs to whoever asks. */
  authored: boolean;
  /** ms UTC */
  publishedAt: number;
}

export interface Posts {
  tell(id: string, post: ToldPost): void;
  /** The ids of the posts that were told, in that order. */
  told(): string[];
  see(id: string, now: number): Post;
}

/**
 * The posts of one platform. Every id is a post: one that was never mentioned is live, with an author, an age
 * and growing counts that follow from the seed and the id, so that they survive a restart.
 *
 * @param publishedAtOf when a post came out, if the platform's ids say so (ms UTC)
 */
export function createPosts(seed: string, publishedAtOf: (id: string) => number | null): Posts {
  const told = new Map<string, ToldPost>();
  return {
    tell: (id, post) => void told.set(id, post),
    told: () => [...told.keys()],
    see(id, now) {
      const key = `${seed}:${id}`;
      const post = told.get(id);
      const publishedAt = post?.published_at ?? publishedAtOf(id) ?? plausibleDate(key);
      const author = hash32(`${key}:author`);
      return {
        id,
        state: post?.state ?? "live",
        counts: countsOf(key, { post, now, publishedAt }),
        author: post?.author ?? { id: String(author), name: `Creator ${author % 1000}` },
        authored: post?.author !== undefined,
        publishedAt,
      };
    },
  };
}

interface Moment {
  post: ToldPost | undefined;
  now: number;
  publishedAt: number;
}

/**
 * The told counts, and in place of the others some thousand growing views and a few per cent of them in
 * reactions.
 */
function countsOf(key: string, { post, now, publishedAt }: Moment): Post["counts"] {
  const between = (name: string, from: number, to: number) =>
    from + (hash32(`${key}:${name}`) / 2 ** 32) * (to - from);
  const hours = Math.max((now - publishedAt) / HOUR_MS, 0);
  const madeUp = Math.floor(between("first", 100, 10_000) + between("hourly", 0.5, 40) * hours);

  const views = toldCount(post, "views", now);
  const base = views ?? madeUp;
  const count = (name: Counted, plausible: number) => {
    const known = toldCount(post, name, now);
    return known === undefined ? Math.floor(plausible) : known;
  };
  return {
    views: views === undefined ? madeUp : views,
    clicks: count("clicks", base * between("clicks", 0.005, 0.03)),
    conversions: toldCount(post, "conversions", now) ?? null,
    likes: count("likes", base * between("likes", 0.01, 0.08)),
    comments: count("comments", base * between("comments", 0.001, 0.01)),
    shares: count("shares", base * between("shares", 0.002, 0.02)),
  };
}

/** `undefined` if nothing was said of this count, null if it is hidden. */
function toldCount(post: ToldPost | undefined, name: Counted, now: number): number | null | undefined {
  const growth = post?.growth?.[name];
  if (post === undefined || growth === undefined) return post?.metrics?.[name];
  return grown(growth, now - post.started_at);
}

function grown(
  { initial, per_hour, saturates_at = Number.MAX_SAFE_INTEGER }: Growth,
  sinceMs: number,
): number {
  const count = Math.floor(initial + per_hour * Math.max(sinceMs / HOUR_MS, 0));
  return Math.min(Math.max(count, 0), saturates_at);
}

/** Somewhere in 2024 or 2025. */
function plausibleDate(key: string): number {
  return Date.UTC(2024, 0, 1) + (hash32(`${key}:published`) % (700 * 24)) * HOUR_MS;
}
