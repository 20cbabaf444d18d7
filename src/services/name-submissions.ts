import type { Ctx } from "../context.ts";
import { findNamedSubmissions } from "../db/queries/advertiser-observations.ts";
import type { AdvertiserObservation, ObservationEntry } from "../domain/advertiser-observation.ts";
import type { FieldError } from "../domain/errors.ts";
import type { PostIdentity } from "../domain/platform.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { recogniseLink } from "../platforms/recognise-link.ts";

/** An entry, or what is wrong with it. */
type Read<T> = T | FieldError;

const isWrong = (read: Read<object>): read is FieldError => "pointer" in read;

/**
 * The submissions of a campaign that entries are about, by id or by the address of the post, which no network is asked
 * about. At most one D1 round trip.
 *
 * @returns an observation an entry, in their order, or what is wrong with the entry
 */
export async function nameSubmissions(
  ctx: Ctx,
  campaignId: string,
  entries: readonly Read<ObservationEntry>[],
): Promise<Read<AdvertiserObservation>[]> {
  const named = entries.map(nameOf);
  const posts = named.flatMap((name) => (isPost(name) ? [name] : []));
  const ids = named.flatMap((name) => (typeof name === "string" ? [name] : []));
  const { known, ofPosts } = await findNamedSubmissions(ctx.db, campaignId, { ids, posts });
  const found = new Map(posts.map((post, i) => [post, ofPosts[i] ?? []]));
  return entries.map((entry, i) => {
    const name = named[i];
    if (isWrong(entry) || name === undefined) return isWrong(entry) ? entry : NOWHERE;
    const submission = isPost(name) ? onlyOne(found.get(name) ?? []) : name;
    if (typeof submission !== "string") return submission;
    if (!isPost(name) && !known.has(submission)) return UNKNOWN;
    const { observedAt, metrics, note } = entry;
    return { submissionId: submission, observedAt, metrics, note };
  });
}

const UNKNOWN: FieldError = { pointer: "#/submission_id", detail: "names no submission of this campaign" };
const NOWHERE: FieldError = { pointer: "#/url", detail: "is the address of no post in this campaign" };

type Name = string | PostIdentity | FieldError;

const isPost = (name: Name | undefined): name is PostIdentity =>
  typeof name === "object" && "externalId" in name;

/** The id of a submission, or the post an address names. */
function nameOf(entry: Read<ObservationEntry>): Name {
  if (isWrong(entry)) return entry;
  const { submissionId, url } = entry;
  if (submissionId !== null) return submissionId;
  const link = recogniseLink(url ?? "");
  if (link.kind === "refused") return { pointer: "#/url", detail: link.reason };
  if (link.kind === "share_link") return { pointer: "#/url", detail: SHARE_LINK };
  const instead = adapterOf(link.identity.platform).pasteInstead?.(link.identity.externalId) ?? null;
  return instead === null ? link.identity : { pointer: "#/url", detail: instead };
}

const SHARE_LINK = "only leads on to a post. Open it and send the address of the post itself.";

function onlyOne(ids: readonly string[]): string | FieldError {
  const [only, ...others] = ids;
  if (only === undefined) return NOWHERE;
  if (others.length === 0) return only;
  return {
    pointer: "#/url",
    detail: `was submitted more than once; send submission_id instead: ${ids.join(", ")}`,
  };
}
