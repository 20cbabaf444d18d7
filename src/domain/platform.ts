/** The platforms whose posts can be claimed. Adding one: docs/adding-a-platform.md. */
export const PLATFORMS = ["youtube", "x"] as const;

export type Platform = (typeof PLATFORMS)[number];

/** What makes two spellings of a link the same post: `(platform, external_id)`. */
export interface PostIdentity {
  platform: Platform;
  externalId: string;
  canonicalUrl: string;
}
