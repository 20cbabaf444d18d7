import type { Ctx } from "../context.ts";
import { answerEntry, deferInteraction, type Entry, enterInteraction } from "../db/queries/discord-entry.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import { asRefusal } from "../services/refusal.ts";
import { wakeOutbox } from "../services/wake-outbox.ts";
import { noticeCard } from "./cards/notice-card.ts";
import { refusalCard } from "./cards/refusal-card.ts";
import type { Answer, Call, Command } from "./command.ts";
import { commandOf, replacesMessage } from "./command-table.ts";
import { claimMessage } from "./commands/status.ts";
import { tokenContext } from "./discord-claim.ts";
import type { Invocation } from "./invocation.ts";
import { EPHEMERAL, type InteractionResponse, type Message } from "./wire.ts";

/** Discord may not know its own interaction yet when the answer is quick: the first try waits so long. */
const ANSWER_DELAY_SECONDS = 1;

/**
 * Answers an interaction: at once where D1 alone is asked, in two round trips at most; else later, by an outbox entry.
 * Whatever goes wrong is told to the user in words; nothing is thrown.
 *
 * @param body the interaction as it came, for an answer that is put off
 */
export async function answerInteraction(
  ctx: Ctx,
  origin: Origin,
  { invocation, body }: { invocation: Invocation; body: unknown },
): Promise<InteractionResponse> {
  const command = commandOf(invocation);
  if (invocation.kind === "autocomplete") return complete(ctx, origin, { invocation, command });
  if (command === null) return { type: 4, data: OUTDATED };
  try {
    if (ctx.box !== null && command.slow?.(invocation) === true) {
      return await deferFor(ctx, command, { invocation, body });
    }
    const answer = await runCommand({ ctx, origin, invocation, at: ctx.now() }, command, null);
    if ("modal" in answer) return { type: 9, data: answer.modal };
    return { type: replacesMessage(invocation) && !answer.aside ? 7 : 4, data: answer.message };
  } catch (error) {
    return { type: 4, data: refusalMessage(ctx, origin, error) };
  }
}

/** What a command answers; `aside`, where it is about the interaction and not what its message shows. */
export type Said = (Answer & { aside?: false }) | { message: Message; aside: true };

/**
 * Runs a command for who may call it, once per interaction.
 *
 * @param deferredFor of one that was put off, and remembered then: for whom it was sent
 * @throws {ClaimcheckError} and whatever the database throws
 */
export async function runCommand(
  { ctx, origin, invocation, at }: Omit<Call, "entry">,
  command: Command,
  deferredFor: string | null,
): Promise<Said> {
  const now = ctx.now();
  const once = deferredFor === null && command.once?.(invocation) === true;
  const entry = await enterInteraction(ctx.db, {
    userId: invocation.userId,
    now,
    at,
    once: once ? { interactionId: invocation.id, forgetBefore: forgetBefore(ctx, now) } : null,
    lookup: command.lookup?.(invocation) ?? null,
  });
  const call: Call = { ctx, origin, invocation, entry, at };
  const refused = audienceNotice(ctx, command, entry);
  if (refused !== null) return { message: refused, aside: true };
  if (deferredFor !== null && deferredFor !== actsFor(command, entry))
    return { message: RELINKED, aside: true };
  return entry.first ? command.run(call) : { message: await repeated(call), aside: true };
}

/** For whom a command is run: the affiliate, or the operator's key. */
function actsFor({ audience }: Command, { caller }: Entry): string {
  const { affiliate, operator } = caller;
  return (audience === "operator" ? operator?.keyId : affiliate?.affiliateId) ?? "";
}

/** Ids are remembered twice as long as their signatures are good. */
function forgetBefore({ config }: Ctx, now: number): number {
  return now - 2 * config.DISCORD_MAX_AGE_SECONDS * 1_000;
}

/** A repeat of an interaction that was handled: it does nothing, and shows what became of the first. */
async function repeated(call: Call): Promise<Message> {
  const { reportId } = call.entry;
  return reportId === null ? HANDLED : await claimMessage(call, { of: "report", reportId });
}

function audienceNotice(ctx: Ctx, { audience }: Command, { caller }: Entry): Message | null {
  const isLinked = caller.affiliate !== null || (audience === "linked" && caller.operator !== null);
  if ((audience === "affiliate" || audience === "linked") && !isLinked) {
    return caller.operator === null ? notLinked(ctx) : NO_AFFILIATE;
  }
  if (audience === "operator" && caller.operator === null) return OPERATORS_ONLY;
  return null;
}

/** Puts the work off for who may have it done; everybody else is told so at once. */
async function deferFor(
  ctx: Ctx,
  command: Command,
  { invocation, body }: { invocation: Invocation; body: unknown },
): Promise<InteractionResponse> {
  const { id, userId, token } = invocation;
  const now = ctx.now();
  const entry = await enterInteraction(ctx.db, { userId, now, at: now, once: null, lookup: null });
  const refused = audienceNotice(ctx, command, entry);
  if (refused !== null) return { type: 4, data: refused };
  const sealed = (await ctx.box?.seal(token ?? "", tokenContext(id))) ?? "";
  await deferInteraction(ctx.db, {
    id,
    userId,
    now,
    forgetBefore: forgetBefore(ctx, now),
    actsFor: actsFor(command, entry),
    // safe: readInvocation has read it as an object.
    body: JSON.stringify({ ...(body as object), token: undefined }),
    token: sealed,
  });
  await wakeOutbox(ctx, [answerEntry(id)], ANSWER_DELAY_SECONDS);
  return { type: 5, data: { flags: EPHEMERAL } };
}

/** Choices cannot carry an error: whoever may not, or meets a failure, is shown none. */
async function complete(
  ctx: Ctx,
  origin: Origin,
  { invocation, command }: { invocation: Invocation; command: Command | null },
): Promise<InteractionResponse> {
  if (!command?.complete) return { type: 8, data: { choices: [] } };
  try {
    const at = ctx.now();
    const ask = { userId: invocation.userId, now: at, at, once: null, lookup: null };
    const entry = await enterInteraction(ctx.db, ask);
    const refused = audienceNotice(ctx, command, entry) !== null;
    const choices = refused ? [] : await command.complete({ ctx, origin, invocation, entry, at });
    return { type: 8, data: { choices } };
  } catch (error) {
    ctx.log.error("autocomplete_failed", error, { command: invocation.name });
    return { type: 8, data: { choices: [] } };
  }
}

/** A failure in words; one that is ours is logged. */
export function refusalMessage(ctx: Ctx, { requestId }: Origin, error: unknown): Message {
  const refusal = asRefusal(error);
  if (refusal.code === "internal") ctx.log.error("interaction_failed", error, { code: refusal.code });
  return refusalCard(refusal, requestId);
}

const OUTDATED = noticeCard({
  tone: "neutral",
  title: "This is not known here any more",
  text: "It is of an older version. `/claim help` shows what can be done.",
});

const HANDLED = noticeCard({
  tone: "neutral",
  title: "This came in before",
  text: "It counts once. If nothing came of it, send it again.",
});

function notLinked({ config }: Ctx): Message {
  const orRegister =
    config.SELF_SIGNUP === "on" ? " If you have no account yet, open one with `/register`." : "";
  return noticeCard({
    tone: "neutral",
    title: "You are not linked yet",
    text: `Ask whoever runs your campaigns for a code, and send it here with \`/link\`.${orRegister}`,
  });
}

const NO_AFFILIATE = noticeCard({
  tone: "neutral",
  title: "This is for affiliates",
  text: "You act for an operator here: `/desk` has your commands. With an affiliate's code, `/link` adds that account.",
});

const RELINKED = noticeCard({
  tone: "neutral",
  title: "You are linked differently now",
  text: "This was sent for whom you were linked to before, so nothing was done. Send it again.",
});

const OPERATORS_ONLY = noticeCard({
  tone: "neutral",
  title: "This is for operators",
  text: "If you are one, get a code with your admin key and send it here with `/link`.",
});
