/**
 * What is not in wrangler.toml: secrets, set with `wrangler secret put`. Those of the platforms are named by their adapters
 * and read by src/platforms/settings.ts; a platform without its secrets is put off, not broken.
 */
interface Env {
  TOKEN_KEYS?: string;
}
