import type { Ctx } from "../context.ts";
import { type OutboxEntry, type Said, triesOf } from "../db/queries/outbox.ts";
import { type ClaimContact, loadVerdict } from "../db/queries/outbox-subjects.ts";
import type { ClaimStatus } from "../domain/claim-status.ts";
import { type Outcome, outcomeOf } from "../domain/outbox-outcome.ts";
import { verdictEntryId } from "../domain/verdict-news.ts";
import { apiOf } from "./api-of.ts";
import { channelClaimCard } from "./cards/channel-claim-card.ts";
import { claimCard } from "./cards/claim-card.ts";
import { TOKEN_LIFE_MS, tokenContext } from "./discord-claim.ts";
import type { Megaphone } from "./megaphone.ts";
import { sayInChannel } from "./say-in-channel.ts";

/** A claim that is looked at again is asked after this at the soonest. */
const LOOKED_AT_AGAIN_MS = 60_000;

/** How long a verdict waits for the answer to its claim, each time it finds that not given yet. */
const ANSWER_FIRST_MS = 2_000;

/**
 * Tells a verdict to whoever claimed, and to nobody else, as long as the token of the claim's interaction is good; after
 * that, in the campaign's channel, without the numbers. Where there is none, `/claim status` still shows it.
 */
export async function sayVerdict(ctx: Ctx, entry: OutboxEntry, megaphone: Megaphone): Promise<Said> {
  const { claim, contact, channel } = await loadVerdict(ctx.db, entry.subject);
  if (claim === null) return { outcome: { kind: "given_up", detail: "there is no such report" } };
  const instead = unlessItStands(claim, entry, ctx.now());
  if (instead !== null) return { outcome: instead };
  const told = await tellClaimant(ctx, entry, { claim, contact });
  if (told !== null && told.kind !== "given_up") return { outcome: told };
  const tokenIsOver = contact !== null && contact.token !== null;
  if (channel === null || channel.state === "dead") return { ...NOBODY_TO_TELL, tokenIsOver };
  const message = channelClaimCard(claim);
  const said = await sayInChannel(ctx, triesOf(entry, tokenIsOver), { megaphone, channel, message });
  return { ...said, tokenIsOver };
}

const NOBODY_TO_TELL: Said = { outcome: { kind: "given_up", detail: "nobody to tell" } };

/** What is to happen instead of telling: another verdict stands by now, or this one is being looked at again. */
function unlessItStands(claim: ClaimStatus, { id }: OutboxEntry, now: number): Outcome | null {
  if (verdictEntryId(claim) === id) return null;
  if (claim.state === "open" && claim.nextLookAt !== null) {
    // Its next verdict may be this very one, which is then not put into the outbox a second time.
    const at = Math.max(claim.nextLookAt, now) + LOOKED_AT_AGAIN_MS;
    return { kind: "again", at, detail: "the report is looked at again", tried: false };
  }
  return { kind: "given_up", detail: "superseded by a later verdict" };
}

/** Null if the token is over. */
async function tellClaimant(
  ctx: Ctx,
  { attempts }: OutboxEntry,
  { claim, contact }: { claim: ClaimStatus; contact: ClaimContact | null },
): Promise<Outcome | null> {
  const now = ctx.now();
  if (contact === null || contact.token === null || contact.tokenExpiresAt <= now) return null;
  if (!contact.isAnswered) {
    // Discord puts the first message after "thinking …" in its place, and the answer would then overwrite the verdict.
    const detail = "its claim is not answered yet";
    return { kind: "again", at: now + ANSWER_FIRST_MS, detail, tried: false };
  }
  const { interactionId, tokenExpiresAt: expiresAt } = contact;
  const token = await ctx.box?.open(contact.token, tokenContext(interactionId));
  if (!token) return null;
  const api = apiOf(ctx, { ageMs: now - (expiresAt - TOKEN_LIFE_MS) });
  const sent = await api.followUp(token, claimCard(claim, { operator: false, ephemeral: true, now }));
  return outcomeOf(sent, { now: ctx.now(), attempts, expiresAt });
}
