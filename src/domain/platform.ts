/** A platform's name as its adapter gives it: "youtube". Which there are is for src/platforms/registry.ts to say. */
export type Platform = string;

/** What makes two spellings of a link the same post: `(platform, external_id)`. */
export interface PostIdentity {
  platform: Platform;
  externalId: string;
  canonicalUrl: string;
}
