/** Secrets: not in wrangler.toml, set with `wrangler secret put`; a platform without one is put off, not broken. */
interface Env {
  YOUTUBE_API_KEY?: string;
  X_BEARER_TOKEN?: string;
}
