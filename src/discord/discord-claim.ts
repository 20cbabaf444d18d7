import type { DiscordClaim } from "../domain/discord-claim.ts";
import type { Call } from "./command.ts";

/** How long Discord takes messages for an interaction, in ms. https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages */
export const TOKEN_LIFE_MS = 15 * 60_000;

/** What a token is sealed for: another interaction's does not open with it. */
export const tokenContext = (interactionId: string): string => `discord_interaction:${interactionId}`;

/** How whoever sent this interaction is told the verdict of the claim it makes. */
export async function discordClaim({ ctx, invocation, at }: Call): Promise<DiscordClaim> {
  const { id, token } = invocation;
  const tokenExpiresAt = at + TOKEN_LIFE_MS;
  const isGood = token !== null && ctx.now() < tokenExpiresAt;
  return {
    interactionId: id,
    token: isGood && ctx.box !== null ? await ctx.box.seal(token, tokenContext(id)) : null,
    tokenExpiresAt,
  };
}
