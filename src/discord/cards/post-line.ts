import { displayNameOf } from "../../platforms/lookup.ts";
import { escapeMarkdown } from "../markdown.ts";

const MAX_TITLE = 120;
const MAX_NAME = 80;
/** Platforms whose posts people call videos. */
const OF_VIDEOS: ReadonlySet<string> = new Set(["youtube", "tiktok"]);
/** What tells posts apart stands at the end of their addresses. */
const LAST_WORD = /([\p{L}\p{N}_-]+)[^\p{L}\p{N}_-]*$/u;
const SHORT_ID = 6;

interface NamedPost {
  title: string | null;
  canonicalUrl: string;
  platform: string;
}

/** What a post is called: its title, else "YouTube video …9WgXcQ". On one line, escaped. */
export function postName({ title, canonicalUrl, platform }: NamedPost): string {
  const called = escapeMarkdown(title ?? "", { max: MAX_TITLE });
  if (called !== "") return called;
  const id = escapeMarkdown(LAST_WORD.exec(canonicalUrl)?.[1]?.slice(-SHORT_ID) ?? "");
  const noun = OF_VIDEOS.has(platform) ? "video" : "post";
  return `${displayNameOf(platform)} ${noun}${id === "" ? "" : ` …${id}`}`;
}

/** The name of a person or a campaign, escaped and short enough for any line; null if nothing of it can be shown. */
export function nameText(name: string): string | null {
  return escapeMarkdown(name, { max: MAX_NAME }) || null;
}
