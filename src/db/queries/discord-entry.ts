import { type SQL, sql } from "drizzle-orm";
import type { Actor, Affiliate } from "../../domain/actor.ts";
import type { Platform, PostIdentity } from "../../domain/platform.ts";
import { type Db, runBatch } from "../client.ts";
import { type ClaimedSubmission, claimedSubmission } from "./claim-update.ts";
import { type CampaignChoice, campaignStatement, openCampaignsStatement } from "./open-campaigns.ts";

/** Who a Discord user is to Claimcheck: an affiliate, somebody who acts for an operator, both, or nobody. */
export interface Caller {
  userId: string;
  affiliate: (Affiliate & { name: string; total: number; accurate: number }) | null;
  operator: Extract<Actor, { role: "admin" }> | null;
}

/** What an interaction is asked together with who sends it, so that a command costs two round trips at most. */
export type EntryLookup =
  /** The campaigns of this very name that the affiliate can enter. */
  | { of: "campaign"; name: string; platform: Platform | null }
  /** The campaign of this id, if it exists for the affiliate. */
  | { of: "campaign"; campaignId: string }
  /** The affiliate's own entry. */
  | { of: "submission"; submissionId: string }
  | { of: "post"; identity: Pick<PostIdentity, "platform" | "externalId"> };

export interface Entry {
  caller: Caller;
  /** Whether the interaction was not seen before; always true of one that is not remembered. */
  first: boolean;
  /** The report that the interaction made when it was handled before. */
  reportId: string | null;
  campaigns: CampaignChoice[];
  submission: ClaimedSubmission | null;
}

export interface EntryAsk {
  userId: string;
  now: number;
  /** When the interaction came in: what the dates of campaigns are asked at. */
  at: number;
  /** The interaction, if it is to be handled once; ids older than `forgetBefore` (ms UTC) are forgotten meanwhile. */
  once: { interactionId: string; forgetBefore: number } | null;
  lookup: EntryLookup | null;
}

/** Ids forgotten with each one that is remembered: more than come in, so that the table stays as short as it can. */
const FORGOTTEN_AT_ONCE = 4;

/** Who sends an interaction, whether it came before, and what its command needs first: one round trip. */
export async function enterInteraction(db: Db, ask: EntryAsk): Promise<Entry> {
  const { userId, once, lookup } = ask;
  const statements = [
    callerStatement(userId, ask.now),
    ...(lookup === null ? [] : [lookupStatement(lookup, ask)]),
    ...(once === null ? [] : remember({ id: once.interactionId, userId, now: ask.now, ...once })),
  ];
  const results = await runBatch(db, statements);
  const found = lookup === null ? [] : (results[1] ?? []);
  const [remembered, made] = once === null ? [] : results.slice(lookup === null ? 1 : 2);
  // safe: the columns of the statements above.
  return {
    caller: toCaller(userId, results[0] as CallerRow[]),
    first: once === null || remembered?.length === 1,
    reportId: (made as { report_id: string }[] | undefined)?.[0]?.report_id ?? null,
    campaigns: lookup?.of === "campaign" ? (found as CampaignChoice[]) : [],
    submission:
      lookup === null || lookup.of === "campaign" ? null : ((found as ClaimedSubmission[])[0] ?? null),
  };
}

interface CallerRow {
  affiliate_id: string | null;
  name: string | null;
  status: "active" | "suspended" | null;
  trust: number | null;
  total: number | null;
  accurate: number | null;
  operator_key: string | null;
}

// An operator acts for as long as the key works that vouched for them.
function callerStatement(userId: string, now: number): SQL {
  return sql`
    select f.id as affiliate_id, f.name, f.status, f.trust, f.total_submissions as total,
      f.accurate_submissions as accurate, k.id as operator_key
    from (select 1) one
      left join affiliates f on f.discord_user_id = ${userId}
      left join discord_operators o on o.discord_user_id = ${userId}
      left join api_keys k on k.id = o.key_id and k.role = 'admin' and k.revoked_at is null
        and (k.expires_at is null or k.expires_at > ${now})`;
}

function toCaller(userId: string, [row]: CallerRow[]): Caller {
  if (!row) return { userId, affiliate: null, operator: null };
  const { affiliate_id: affiliateId, name, trust, operator_key: keyId } = row;
  const affiliate =
    affiliateId === null || name === null || trust === null
      ? null
      : {
          role: "affiliate" as const,
          keyId: `discord:${userId}`,
          affiliateId,
          suspended: row.status === "suspended",
          trust,
          name,
          total: row.total ?? 0,
          accurate: row.accurate ?? 0,
        };
  return { userId, affiliate, operator: keyId === null ? null : { role: "admin", keyId } };
}

const affiliateOf = (userId: string): SQL =>
  sql`(select id from affiliates where discord_user_id = ${userId})`;

function lookupStatement(lookup: EntryLookup, { userId, at: now }: EntryAsk): SQL {
  const affiliate = affiliateOf(userId);
  switch (lookup.of) {
    case "campaign":
      return "campaignId" in lookup
        ? campaignStatement(lookup.campaignId, affiliate)
        : openCampaignsStatement({ ...lookup, affiliate, exact: true, now, limit: 2 });
    case "submission":
      return claimedSubmission(sql`s.id = ${lookup.submissionId}`, affiliate);
    case "post": {
      const { platform, externalId } = lookup.identity;
      return claimedSubmission(
        sql`s.post_id = (select id from posts where platform = ${platform} and external_id = ${externalId})`,
        affiliate,
      );
    }
  }
}

interface Remembered {
  id: string;
  userId: string;
  now: number;
  forgetBefore: number;
}

function remember({ id, userId, now, forgetBefore }: Remembered): SQL[] {
  return [
    sql`
      insert into discord_interactions (id, user_id, received_at) values (${id}, ${userId}, ${now})
      on conflict (id) do nothing returning id`,
    sql`select report_id from discord_claims where interaction_id = ${id}`,
    forget(forgetBefore),
  ];
}

// One that was put off keeps its body until it is done, and is kept as long.
function forget(before: number): SQL {
  return sql`
    delete from discord_interactions where id in (
      select id from discord_interactions where received_at < ${before} and body is null
      order by received_at limit ${FORGOTTEN_AT_ONCE})`;
}

export interface DeferredInteraction {
  id: string;
  userId: string;
  now: number;
  forgetBefore: number;
  /** For whom it was sent: an affiliate, or an admin key. */
  actsFor: string;
  /** The interaction as JSON, without its token. */
  body: string;
  /** Sealed. */
  token: string;
}

/** The outbox entry that answers a deferred interaction. */
export const answerEntry = (interactionId: string): string => `answer:${interactionId}`;

/** Keeps an interaction to be answered later, with the entry that does it. A repeat changes nothing. */
export async function deferInteraction(db: Db, deferred: DeferredInteraction): Promise<void> {
  const { id, userId, now, forgetBefore, actsFor, body, token } = deferred;
  await runBatch(db, [
    sql`
      insert into outbox (id, kind, subject, due_at, created_at)
      select ${answerEntry(id)}, 'answer', ${id}, ${now}, ${now}
      where not exists (select 1 from discord_interactions where id = ${id}) on conflict (id) do nothing`,
    sql`
      insert into discord_interactions (id, user_id, received_at, acts_for, body, token)
      values (${id}, ${userId}, ${now}, ${actsFor}, ${body}, ${token}) on conflict (id) do nothing`,
    forget(forgetBefore),
  ]);
}
