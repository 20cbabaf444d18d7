import { linkDiscord } from "../../services/link-discord.ts";
import { unlinkDiscord } from "../../services/unlink-discord.ts";
import { noticeCard } from "../cards/notice-card.ts";
import { type Answer, type Call, type Command, textOf } from "../command.ts";
import { escapeMarkdown } from "../markdown.ts";

/** `/link`: ties the Discord user to whoever asked for the code. The code is good once, so a repeat does nothing. */
export const link: Command = { audience: "anyone", run: runLink };

/** `/unlink`: unties the Discord user from everybody. */
export const unlink: Command = { audience: "anyone", once: () => true, run: runUnlink };

async function runLink({ ctx, invocation }: Call): Promise<Answer> {
  const code = textOf(invocation, "code") ?? "";
  const { role, name, moved } = await linkDiscord(ctx, { code, discordUserId: invocation.userId });
  const text =
    role === "admin"
      ? "You act for an operator now: see `/desk alerts` and `/desk platforms`."
      : [
          `You report as **${escapeMarkdown(name ?? "")}** now. \`/claim submit\` enters a post, \`/claim help\` shows the rest.`,
          ...(moved ? ["The Discord account that was linked before is not any more."] : []),
        ].join("\n");
  return { message: noticeCard({ tone: "good", title: "Linked", text }) };
}

async function runUnlink({ ctx, invocation }: Call): Promise<Answer> {
  const cleared = await unlinkDiscord(ctx, invocation.userId);
  const nothing = !cleared.affiliate && !cleared.operator;
  const text = nothing
    ? "You were not linked."
    : "This Discord account is not linked to Claimcheck any more. Claims that you made stay, and are judged.";
  return {
    message: noticeCard({
      tone: nothing ? "neutral" : "good",
      title: nothing ? "Nothing to do" : "Unlinked",
      text,
    }),
  };
}
