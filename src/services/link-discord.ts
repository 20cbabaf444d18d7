import type { Ctx } from "../context.ts";
import { type SentCode, useLinkCode } from "../db/queries/discord-links.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { hashLinkCode, parseLinkCode } from "../domain/link-code.ts";

/** Who a Discord user acts for from now on. */
export interface DiscordLink {
  role: "affiliate" | "admin";
  /** The affiliate's name; null for an operator. */
  name: string | null;
  /** Whether another Discord user acted for the affiliate before; false where the code is sent again. */
  moved: boolean;
}

/**
 * Links a Discord user by a code: to an affiliate, suspended or not, or to an operator for as long as the admin key works
 * that the code is of. Sending the code again changes nothing and is answered alike, as long as the link is there.
 *
 * @throws {ClaimcheckError} validation_failed; not_found for a code that is unknown, used or too late; conflict if the user
 *   is linked to another affiliate, which leaves the code as it was
 */
export async function linkDiscord(
  ctx: Ctx,
  { code: text, discordUserId }: { code: string; discordUserId: string },
): Promise<DiscordLink> {
  const parsed = parseLinkCode(text);
  if (parsed === null) {
    throw invalidField("#/code", "must be ten letters and digits such as 7Q4MX-2B9KD");
  }
  const codeHash = await hashLinkCode(parsed);
  const { used, code } = await useLinkCode(ctx.db, { codeHash, discordUserId, now: ctx.now() });
  if (code === null || !(used || isRepeated(code, discordUserId))) throw refusalOf(code);
  const { holder, name, linked_to: linkedBefore } = code;
  const role = name === null ? "admin" : "affiliate";
  if (used) ctx.log.info("discord_linked", { role, holder });
  return { role, name, moved: linkedBefore !== null && linkedBefore !== discordUserId };
}

/** Whether it was this user who used the code, and nothing ended the link since. */
const isRepeated = ({ stands, used_by, linked_to }: SentCode, discordUserId: string): boolean =>
  stands === 1 && used_by === discordUserId && linked_to === discordUserId;

function refusalOf(code: SentCode | null): ClaimcheckError {
  // A good code that was not used can only have been kept from its sender by another link of theirs.
  if (code?.stands === 1 && code.fresh === 1) {
    const detail =
      "Your Discord account is linked to another affiliate. Use /unlink first, then this code again.";
    return new ClaimcheckError("conflict", detail);
  }
  const detail = "That code is not good (any more). Get a new one where you got it, and send it here soon.";
  return new ClaimcheckError("not_found", detail);
}
