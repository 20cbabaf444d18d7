import type { Ctx } from "../context.ts";
import { createDiscordApi, type DiscordApi } from "./api.ts";

/**
 * Discord's API as this Worker is configured.
 *
 * @param at.ageMs how long ago the interaction was sent that is answered; for a webhook it means nothing
 */
export function apiOf({ config, fetch }: Ctx, at = { ageMs: Number.POSITIVE_INFINITY }): DiscordApi {
  const {
    DISCORD_API_URL: baseUrl,
    DISCORD_APPLICATION_ID: applicationId,
    DISCORD_TIMEOUT_MS: timeoutMs,
  } = config;
  return createDiscordApi({ fetch, baseUrl, applicationId, timeoutMs }, at);
}
