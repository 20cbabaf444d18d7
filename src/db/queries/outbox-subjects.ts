import { sql } from "drizzle-orm";
import type { ClaimStatus } from "../../domain/claim-status.ts";
import { type Db, runBatch } from "../client.ts";
import { type Channel, channelStatement, toChannel } from "./channel-deliveries.ts";
import { claimStatusStatement, toClaimStatus } from "./claim-status.ts";

/** By which token whoever claimed can be told. */
export interface ClaimContact {
  interactionId: string;
  /** Sealed; null where there is none any more. */
  token: string | null;
  /** ms UTC */
  tokenExpiresAt: number;
  /** False while the claim's interaction waits for the answer that was put off. */
  isAnswered: boolean;
}

export interface VerdictToTell {
  /** As it stands now. */
  claim: ClaimStatus | null;
  contact: ClaimContact | null;
  /** Of the campaign. */
  channel: Channel | null;
}

/** A verdict and who can be told of it. One round trip. */
export async function loadVerdict(db: Db, reportId: string): Promise<VerdictToTell> {
  const campaign = sql`(select campaign_id from reconciliations where report_id = ${reportId})`;
  const [claim, contacts, channels] = await runBatch(db, [
    claimStatusStatement({ of: "report", reportId }, "operator"),
    sql`
      select interaction_id as interactionId, token, token_expires_at as tokenExpiresAt,
        not exists (select 1 from outbox where id = 'answer:' || interaction_id and done_at is null) as isAnswered
      from discord_claims where report_id = ${reportId}`,
    channelStatement(campaign),
  ]);
  // safe: the columns of the second statement.
  const [row] = (contacts ?? []) as (Omit<ClaimContact, "isAnswered"> & { isAnswered: number })[];
  const contact = row === undefined ? null : { ...row, isAnswered: row.isAnswered === 1 };
  return { claim: toClaimStatus(claim ?? []), contact, channel: toChannel(channels) };
}

/** A channel and, if it is a campaign's, the name of that. One round trip. */
export async function loadGreeting(
  db: Db,
  channelId: string,
): Promise<{ channel: Channel | null; campaignName: string | null }> {
  const [channels, campaigns] = await runBatch(db, [
    channelStatement(sql`${channelId}`),
    sql`select name from campaigns where id = ${channelId}`,
  ]);
  // safe: the column of the second statement.
  const [campaign] = (campaigns ?? []) as { name: string }[];
  return { channel: toChannel(channels), campaignName: campaign?.name ?? null };
}

/** An interaction that waits for its answer. */
export interface WaitingInteraction {
  /** As JSON, without its token; null once it was answered. */
  body: string | null;
  /** Sealed; null once it was answered. */
  token: string | null;
  /** ms UTC */
  receivedAt: number;
  /** For whom it was sent: an affiliate, or an admin key. */
  actsFor: string | null;
  /** The report it made, if an earlier try came so far. */
  reportId: string | null;
}

/** Null if it is not remembered any more. */
export async function loadInteraction(db: Db, id: string): Promise<WaitingInteraction | null> {
  const [interactions] = await runBatch(db, [
    sql`
      select body, token, received_at as receivedAt, acts_for as actsFor,
        (select report_id from discord_claims where interaction_id = ${id}) as reportId
      from discord_interactions where id = ${id}`,
  ]);
  // safe: the columns of the statement.
  const [interaction] = (interactions ?? []) as WaitingInteraction[];
  return interaction ?? null;
}
