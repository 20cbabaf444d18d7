import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { CampaignStatus } from "../../domain/campaign.ts";
import { type Db, runBatch } from "../client.ts";

/** A tracked link with what decides where it leads, and whose it is. */
export interface TrackedLinkRow {
  code: string;
  campaign_id: string;
  affiliate_id: string;
  advertiser_id: string;
  submission_id: string | null;
  own: 0 | 1;
  label: string | null;
  sub_id: string | null;
  created_at: number;
  campaign_status: CampaignStatus;
  starts_at: number;
  ends_at: number | null;
  landing_url: string | null;
  affiliate_status: "active" | "suspended";
}

export const LINK_COLUMNS = sql`
  l.code, l.campaign_id, l.affiliate_id, c.advertiser_id, l.submission_id, l.own, l.label, l.sub_id, l.created_at,
  c.status as campaign_status, c.starts_at, c.ends_at, c.landing_url, f.status as affiliate_status`;

/** Campaign and affiliate of each link `l`. */
export const WITH_TERMS = sql`
  cross join campaigns c on c.id = l.campaign_id cross join affiliates f on f.id = l.affiliate_id`;

const linkOf = (code: string): SQL =>
  sql`select ${LINK_COLUMNS} from tracked_links l ${WITH_TERMS} where l.code = ${code}`;

/** The link, or null. Who may see it is the caller's to decide: see `owns`. */
export async function findTrackedLink(db: Db, code: string): Promise<TrackedLinkRow | null> {
  const [row] = await db.all<TrackedLinkRow>(linkOf(code));
  return row ?? null;
}

export interface NewTrackedLink {
  code: string;
  /** A submission, or an affiliate in a campaign. */
  owner: { submissionId: string } | { campaignId: string; affiliateId: string };
  label: string | null;
  subId: string | null;
  /** Most links of one submission, and as many of one affiliate and campaign without a submission. */
  limit: number;
  now: number;
}

/** Why a link was not made. */
export type LinkRefusal = "not_found" | "campaign_ended" | "may_not_enter" | "too_many";

interface LinkAdmission {
  ended: 0 | 1;
  may_enter: 0 | 1;
}

/** `o`: whom the link would belong to. */
function ownerOf(owner: NewTrackedLink["owner"]): SQL {
  if ("submissionId" in owner) {
    return sql`(select campaign_id, affiliate_id, id as submission_id from submissions where id = ${owner.submissionId})`;
  }
  return sql`(select ${owner.campaignId} as campaign_id, ${owner.affiliateId} as affiliate_id, null as submission_id)`;
}

/** Whether the affiliate of `o` exists and may enter the campaign `c`; who has entered it stays in it. */
const MAY_ENTER = sql`(o.submission_id is not null
  or exists (select 1 from affiliates f where f.id = o.affiliate_id)
  and (c.access = 'open' or exists (select 1 from campaign_affiliates i
    where i.campaign_id = c.id and i.affiliate_id = o.affiliate_id)))`;

/** An affiliate does not learn of campaigns that it may not enter. */
function visibleTo(actor: Actor): SQL {
  if (actor.role === "admin") return sql`true`;
  if (actor.role === "advertiser") return sql`c.advertiser_id = ${actor.advertiserId}`;
  return sql`o.affiliate_id = ${actor.affiliateId} and ${MAY_ENTER}`;
}

/**
 * Makes a link in one D1 batch. SQL decides whether there is room, so that racing requests make no link too many.
 *
 * @returns the link, or why there is none
 */
export async function insertTrackedLink(
  db: Db,
  actor: Actor,
  entry: NewTrackedLink,
): Promise<TrackedLinkRow | LinkRefusal> {
  const from = sql`${ownerOf(entry.owner)} o cross join campaigns c on c.id = o.campaign_id`;
  const siblings =
    "submissionId" in entry.owner ? sql`t.submission_id = o.submission_id` : sql`t.submission_id is null`;
  const [, admissions, links] = await runBatch(db, [
    sql`
      insert into tracked_links (code, campaign_id, affiliate_id, submission_id, attached_at, label, sub_id, created_at)
      select ${entry.code}, o.campaign_id, o.affiliate_id, o.submission_id,
        case when o.submission_id is not null then ${entry.now} end, ${entry.label}, ${entry.subId}, ${entry.now}
      from ${from}
      where ${visibleTo(actor)} and c.status <> 'ENDED' and ${MAY_ENTER}
        and (select count(*) from tracked_links t where t.campaign_id = o.campaign_id
          and t.affiliate_id = o.affiliate_id and ${siblings}) < ${entry.limit}`,
    sql`select c.status = 'ENDED' as ended, ${MAY_ENTER} as may_enter from ${from} where ${visibleTo(actor)}`,
    linkOf(entry.code),
  ]);
  // safe: the columns of the two statements above.
  const [link] = links as TrackedLinkRow[];
  const [admission] = admissions as LinkAdmission[];
  if (link) return link;
  if (!admission) return "not_found";
  if (admission.ended === 1) return "campaign_ended";
  return admission.may_enter === 1 ? "too_many" : "may_not_enter";
}

/** What is changed of a link; undefined leaves it as it is. */
export interface LinkChanges {
  label?: string | null | undefined;
  subId?: string | null | undefined;
  /** Once: a link that is attached stays with its submission. */
  submissionId?: string | undefined;
}

export interface ChangedLink {
  link: TrackedLinkRow | null;
  /** Whether the submission to attach is the affiliate's own in the link's campaign. */
  knowsSubmission: boolean;
}

/**
 * Changes a link, all of it or nothing: a link of another submission, a submission of somebody else, or one with
 * `limit` links leaves it as it was. One D1 batch.
 */
export async function updateTrackedLink(
  db: Db,
  code: string,
  { changes, limit, now }: { changes: LinkChanges; limit: number; now: number },
): Promise<ChangedLink> {
  const { label, subId, submissionId } = changes;
  const sets = [
    ...(label === undefined ? [] : [sql`label = ${label}`]),
    ...(subId === undefined ? [] : [sql`sub_id = ${subId}`]),
    ...(submissionId === undefined
      ? []
      : [sql`submission_id = ${submissionId}`, sql`attached_at = coalesce(attached_at, ${now})`]),
  ];
  const isOwn = sql`exists (select 1 from submissions s where s.id = ${submissionId ?? ""}
    and s.campaign_id = l.campaign_id and s.affiliate_id = l.affiliate_id)`;
  const fits = sql`(l.submission_id = ${submissionId ?? ""} or l.submission_id is null and ${isOwn}
    and (select count(*) from tracked_links t where t.campaign_id = l.campaign_id
      and t.affiliate_id = l.affiliate_id and t.submission_id = ${submissionId ?? ""}) < ${limit})`;
  const [, links, known] = await runBatch(db, [
    sql`
      update tracked_links as l set ${sql.join(sets, sql`, `)}
      where l.code = ${code} and ${submissionId === undefined ? sql`true` : fits}`,
    linkOf(code),
    sql`select ${isOwn} as known from tracked_links l where l.code = ${code}`,
  ]);
  // safe: the columns of the two statements above.
  const [link] = links as TrackedLinkRow[];
  const [own] = known as { known: 0 | 1 }[];
  return { link: link ?? null, knowsSubmission: own?.known === 1 };
}
