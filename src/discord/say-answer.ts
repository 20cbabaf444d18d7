import type { Ctx } from "../context.ts";
import type { OutboxEntry, Said } from "../db/queries/outbox.ts";
import { loadInteraction, type WaitingInteraction } from "../db/queries/outbox-subjects.ts";
import { type Outcome, outcomeOf } from "../domain/outbox-outcome.ts";
import { answerDeferred } from "./answer-deferred.ts";
import { apiOf } from "./api-of.ts";
import { noticeCard } from "./cards/notice-card.ts";
import { TOKEN_LIFE_MS, tokenContext } from "./discord-claim.ts";

/**
 * Does what a deferred interaction asks for and puts the answer in the place of the one that was deferred.
 *
 * @throws what the database throws
 */
export async function sayAnswer(ctx: Ctx, { subject: id, attempts }: OutboxEntry): Promise<Said> {
  const interaction = await loadInteraction(ctx.db, id);
  if (interaction === null) return givenUp("the interaction is not remembered");
  const { body, receivedAt, actsFor, reportId } = interaction;
  if (body === null) return givenUp("the interaction was answered before");
  const expiresAt = receivedAt + TOKEN_LIFE_MS;
  const isOver = ctx.now() >= expiresAt;
  const token = await openToken(ctx, id, interaction);
  const message = await answerDeferred(ctx, { id, body, token, receivedAt, actsFor, reportId });
  if (token === null) return givenUp(isOver ? "the token is over" : "no key opens the token");
  const sent = await apiOf(ctx, { ageMs: ctx.now() - receivedAt }).editOriginal(token, message);
  return { outcome: outcomeOf(sent, { now: ctx.now(), attempts, expiresAt }) };
}

/**
 * Gives an interaction up whose work failed each time, and tells its user so while the token is good. One that was done
 * before its answer failed is not lost: its verdict follows.
 *
 * @throws what the database throws
 */
export async function loseAnswer(ctx: Ctx, { subject: id }: OutboxEntry): Promise<Said> {
  const interaction = await loadInteraction(ctx.db, id);
  if (interaction !== null && interaction.body !== null && interaction.reportId === null) {
    ctx.log.error("interaction_lost", null, { interaction_id: id });
    const token = await openToken(ctx, id, interaction);
    const ageMs = ctx.now() - interaction.receivedAt;
    if (token !== null) await apiOf(ctx, { ageMs }).editOriginal(token, LOST);
  }
  return givenUp("it failed each time");
}

const LOST = noticeCard({
  tone: "bad",
  title: "This did not work",
  text: "Something went wrong here, each time it was tried. Nothing was entered. Send it again.",
});

/** In clear; null if it is over, or if no key opens it. */
async function openToken(ctx: Ctx, id: string, waiting: WaitingInteraction): Promise<string | null> {
  const { token: sealed, receivedAt } = waiting;
  if (sealed === null || ctx.now() >= receivedAt + TOKEN_LIFE_MS) return null;
  return (await ctx.box?.open(sealed, tokenContext(id))) ?? null;
}

function givenUp(detail: string): { outcome: Outcome } {
  return { outcome: { kind: "given_up", detail } };
}
