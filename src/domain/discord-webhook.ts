/** A channel's webhook. Whoever has the token can write to the channel. */
export interface DiscordWebhook {
  id: string;
  token: string;
}

/** Discord's own names; the last is its former one, whose addresses still work. */
const HOSTS = new Set(["discord.com", "canary.discord.com", "ptb.discord.com", "discordapp.com"]);
const PATH = /^\/api\/(?:v\d{1,2}\/)?webhooks\/(\d{17,20})\/([\w-]{1,200})$/;
/** Longer than any webhook's address. */
const LONGEST_URL = 300;

/**
 * Reads the address of a webhook as Discord's "Copy Webhook URL" gives it. Only its id and token are used: the address
 * itself is never called.
 *
 * @returns the webhook, or in words why it is none; the words quote nothing of the address, which is a credential
 *
 * Source: https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
export function parseDiscordWebhook(address: string): DiscordWebhook | { reason: string } {
  const url = address.length > LONGEST_URL ? null : URL.parse(address);
  if (url === null) return { reason: "must be an address" };
  if (url.protocol !== "https:") return { reason: "must begin with https://" };
  if (!HOSTS.has(url.hostname)) return { reason: "must be an address on discord.com" };
  const [, id, token] = PATH.exec(url.pathname) ?? [];
  if (id === undefined || token === undefined) return { reason: "must be the address of a webhook" };
  // Parsing drops line breaks, default ports and the like, and what was dropped may have been meant.
  if (address !== `https://${url.hostname}${url.pathname}`) {
    return { reason: "must be the address of a webhook and nothing else" };
  }
  return { id, token };
}
