import type { Metric } from "../../src/domain/metrics.ts";
import type { Platform } from "../../src/domain/platform.ts";

/** A platform, once for each way in which it answers. */
export interface Subject {
  name: SubjectName;
  platform: Platform;
  /** The two counts that are claimed. */
  metrics: readonly [Metric, Metric];
  /** Whose consent is needed, in the vendor's own form of an id; null where the app itself reads. */
  account: string | null;
  /** Whether the posts are told to be that account's; else they belong to whoever asks. */
  authored?: true;
  /** Accounts that are asked for a post one after the other; default 1. */
  readers?: number;
  /** A post that the vendor finds fault with, beside which it has to answer for the others. */
  badPost: { externalId: string; url: string; post?: Record<string, unknown> };
}

const SUBJECT_NAMES = [
  "youtube",
  "x",
  "reddit",
  "instagram",
  "meta",
  "tiktok",
  "linkedin page",
  "linkedin member",
] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

const GONE = { state: "gone" };
const CREATOR = "urn:li:person:creator001";
/** Of a post that was never there. */
const NOBODYS = {
  externalId: "urn:li:share:1000000000000000001",
  url: "https://www.linkedin.com/feed/update/urn:li:share:1000000000000000001/",
  post: GONE,
};

export const SUBJECTS: readonly Subject[] = [
  {
    name: "youtube",
    platform: "youtube",
    metrics: ["views", "likes"],
    account: null,
    badPost: { externalId: "nosuchvideo", url: "https://www.youtube.com/watch?v=nosuchvideo", post: GONE },
  },
  {
    name: "x",
    platform: "x",
    metrics: ["views", "likes"],
    account: null,
    // More than 63 bits: X refuses every call that has it.
    badPost: { externalId: "9999999999999999999", url: "https://x.com/i/status/9999999999999999999" },
  },
  {
    name: "reddit",
    platform: "reddit",
    metrics: ["likes", "comments"],
    account: null,
    badPost: { externalId: "zzzzzz", url: "https://www.reddit.com/comments/zzzzzz/", post: GONE },
  },
  {
    name: "instagram",
    platform: "instagram",
    metrics: ["views", "likes"],
    account: "17841400000000001",
    // From before the account was a professional one: asking for its insights fails.
    badPost: { externalId: "Old0000001", url: "https://www.instagram.com/p/Old0000001/", post: {} },
  },
  {
    name: "meta",
    platform: "meta",
    metrics: ["views", "likes"],
    account: "100064000000001",
    badPost: {
      externalId: "122099999999999",
      url: "https://www.facebook.com/another.page/posts/122099999999999",
      post: { author: { id: "100064000000999", name: "Another Page" } },
    },
  },
  {
    name: "tiktok",
    platform: "tiktok",
    metrics: ["views", "likes"],
    account: "-000creator001",
    // More than 63 bits: TikTok refuses every call that has it.
    badPost: {
      externalId: "99999999999999999999",
      url: "https://www.tiktok.com/@tiktokcreator/video/99999999999999999999",
    },
  },
  {
    name: "linkedin page",
    platform: "linkedin",
    metrics: ["views", "likes"],
    account: CREATOR,
    readers: 2,
    badPost: NOBODYS,
  },
  {
    name: "linkedin member",
    platform: "linkedin",
    metrics: ["views", "likes"],
    account: CREATOR,
    authored: true,
    readers: 2,
    badPost: NOBODYS,
  },
];
