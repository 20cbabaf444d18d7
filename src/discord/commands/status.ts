import { type ClaimReader, type ClaimRef, readClaimStatus } from "../../db/queries/claim-status.ts";
import type { Caller } from "../../db/queries/discord-entry.ts";
import type { ClaimStatus } from "../../domain/claim-status.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { claimCard } from "../cards/claim-card.ts";
import type { Answer, Call, Command } from "../command.ts";
import { postRefOf } from "../post-ref.ts";
import { completePost } from "./update.ts";

/** `/claim status`, and the button that shows a claim anew. */
export const status: Command = {
  audience: "linked",
  run: showStatus,
  complete: (call) => (call.entry.caller.affiliate === null ? Promise.resolve([]) : completePost(call)),
};

/** The button on what is about a report: shows its claim in a message of its own. */
export const claim: Command = {
  audience: "linked",
  run: async (call) => {
    const [reportId = ""] = call.invocation.args;
    return { message: await claimMessage(call, { of: "report", reportId }) };
  },
};

function readerOf({ affiliate, operator }: Caller): ClaimReader | null {
  if (affiliate === null) return operator === null ? null : "operator";
  return { affiliateId: affiliate.affiliateId, orOthers: operator !== null };
}

async function showStatus(call: Call): Promise<Answer> {
  const { invocation } = call;
  const [submissionId = ""] = invocation.args;
  const ref =
    invocation.kind === "component" ? ({ of: "submission", submissionId } as const) : postRefOf(invocation);
  return { message: await claimMessage(call, ref) };
}

/** @throws {ClaimcheckError} not_found for what is none, or somebody else's */
export async function claimMessage({ ctx, entry: { caller } }: Call, ref: ClaimRef) {
  const reader = readerOf(caller);
  const claim: ClaimStatus | null = reader === null ? null : await readClaimStatus(ctx.db, ref, reader);
  if (claim === null) throw new ClaimcheckError("not_found", "You have no such post.");
  const isOwn = claim.affiliateId === caller.affiliate?.affiliateId;
  return claimCard(claim, { operator: !isOwn, ephemeral: true, now: ctx.now() });
}
