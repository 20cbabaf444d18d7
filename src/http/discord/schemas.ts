import { z } from "@hono/zod-openapi";
import type { ChannelRow } from "../../db/queries/discord-channels.ts";
import { isoOrNull } from "../../domain/time.ts";
import type { IssuedLinkCode } from "../../services/issue-link-code.ts";
import { Instant } from "../schemas.ts";

export const LinkCode = z
  .object({
    code: z.string().openapi({ description: "Good once, until `expires_at`.", example: "7Q4MX-2B9KD" }),
    expires_at: Instant,
    command: z
      .string()
      .openapi({ description: "What to type in Discord.", example: "/link code:7Q4MX-2B9KD" }),
  })
  .openapi("DiscordLinkCode");

export function presentLinkCode({ code, expiresAt }: IssuedLinkCode): z.infer<typeof LinkCode> {
  return { code, expires_at: new Date(expiresAt).toISOString(), command: `/link code:${code}` };
}

export const ChannelBody = z
  .strictObject({
    webhook_url: z
      .string()
      .nullable()
      .openapi({
        type: ["string", "null"],
        description:
          "As Discord's “Copy Webhook URL” gives it; never answered again. Null removes the channel.",
      }),
  })
  .openapi("DiscordChannelToSet");

export const DiscordChannel = z
  .object({
    set: z.boolean().openapi({ description: "If false, the rest is null." }),
    state: z.enum(["new", "active", "dead"]).nullable().openapi({
      description:
        "new: not greeted yet; active: took the last message; dead: Discord does not know the webhook any more.",
    }),
    webhook_id: z.string().nullable(),
    delivered_at: Instant.nullable().openapi({ description: "When it took a message last." }),
    blocked_until: Instant.nullable().openapi({ description: "Not written to before: Discord's limit." }),
    error: z.string().nullable().openapi({ description: "Why the last message did not arrive." }),
    set_at: Instant.nullable(),
  })
  .openapi("DiscordChannel");

/** @param now ms UTC: a limit that has passed is none */
export function presentChannel(row: ChannelRow | null, now: number): z.infer<typeof DiscordChannel> {
  return {
    set: row !== null,
    state: row?.state ?? null,
    webhook_id: row?.webhook_id ?? null,
    delivered_at: isoOrNull(row?.delivered_at ?? null),
    blocked_until: row !== null && row.blocked_until > now ? new Date(row.blocked_until).toISOString() : null,
    error: row?.error ?? null,
    set_at: isoOrNull(row?.set_at ?? null),
  };
}
