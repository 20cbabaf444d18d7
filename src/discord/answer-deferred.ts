import type { Ctx } from "../context.ts";
import { readClaimStatus } from "../db/queries/claim-status.ts";
import { loadInteraction } from "../db/queries/outbox-subjects.ts";
import { isTransient } from "../db/transient.ts";
import { childTraceparent } from "../domain/trace.ts";
import { refusalMessage, runCommand } from "./answer.ts";
import { claimCard } from "./cards/claim-card.ts";
import { noticeCard } from "./cards/notice-card.ts";
import { commandOf } from "./command-table.ts";
import { readInvocation } from "./invocation.ts";
import type { Message } from "./wire.ts";

/** An interaction that was put off, as it was kept. */
export interface Deferred {
  id: string;
  /** The interaction as JSON, without its token. */
  body: string;
  /** In clear; null if it is over, so that nobody can be told. */
  token: string | null;
  /** ms UTC */
  receivedAt: number;
  /** For whom it was sent: an affiliate, or an admin key. */
  actsFor: string | null;
  /** The report that an earlier try made before it failed; null if none did. */
  reportId: string | null;
}

/**
 * Does what a deferred interaction asks for, and says what came of it. What an earlier try has done is not done again, and
 * what its user has given up by now is only done if nothing newer can have taken its place.
 *
 * @throws whatever the database throws: the work is tried again
 */
export async function answerDeferred(ctx: Ctx, deferred: Deferred): Promise<Message> {
  const { id, body, token, receivedAt: at, actsFor, reportId } = deferred;
  const requestId = ctx.ids("req");
  const traceparent = childTraceparent(undefined, (bytes) => crypto.getRandomValues(bytes));
  const log = ctx.log.with({ request_id: requestId, traceparent, interaction_id: id });
  const origin = { requestId, traceparent };
  const made = await madeBefore(ctx, reportId);
  if (made !== null) return made;
  try {
    const wire = readInvocation({ ...JSON.parse(body), token: UNREAD }, ctx.config.DISCORD_APPLICATION_ID);
    const invocation = { ...wire, token };
    const command = commandOf(invocation);
    if (command === null) throw new RangeError(`no command ${invocation.name}`);
    if (token === null && command.evenLate !== true) {
      log.error("interaction_lost", null);
      return TOO_LATE;
    }
    const said = await runCommand({ ctx: { ...ctx, log }, origin, invocation, at }, command, actsFor ?? "");
    if ("modal" in said) throw new RangeError(`${invocation.name} was put off and answers a form`);
    return said.message;
  } catch (error) {
    if (isTransient(error)) throw error;
    // Another delivery of the same work may have been faster, which looks like a duplicate from here.
    const faster = await loadInteraction(ctx.db, id);
    return (
      (await madeBefore(ctx, faster?.reportId ?? null)) ?? refusalMessage({ ...ctx, log }, origin, error)
    );
  }
}

/** How the report stands that another try made; null if none did. */
async function madeBefore(ctx: Ctx, reportId: string | null): Promise<Message | null> {
  if (reportId === null) return null;
  const claim = await readClaimStatus(ctx.db, { of: "report", reportId }, "operator");
  return claim === null ? null : claimCard(claim, { operator: false, ephemeral: true, now: ctx.now() });
}

/** Stands for the token, which is kept elsewhere, where an interaction is read. */
const UNREAD = "-";

const TOO_LATE = noticeCard({
  tone: "neutral",
  title: "Too late",
  text: "This took too long. Send it again.",
});
